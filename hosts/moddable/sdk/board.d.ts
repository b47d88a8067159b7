/** The module of the board that the manifest has chosen. */
declare module "lockstep-tftp/board" {
  const Board: new () => import("../firmware/network.js").Board;
  export default Board;
}
