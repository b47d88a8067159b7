declare module "lockstep-tftp/copy" {
  const copy: typeof import("../copy.js").default;
  export default copy;
}
