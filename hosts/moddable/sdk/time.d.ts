declare module "time" {
  const Time: {
    /** Milliseconds since some moment. On a board it is a 32-bit number that wraps. */
    readonly ticks: number;
  };
  export default Time;
}
