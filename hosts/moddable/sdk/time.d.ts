declare module "time" {
  const Time: {
    /** Milliseconds since an arbitrary moment. On a board the number has 32 bits and wraps. */
    readonly ticks: number;
  };
  export default Time;
}
