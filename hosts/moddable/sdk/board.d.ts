/** The module of the board, chosen by the manifest. */
declare module "lockstep-tftp/board" {
  const Board: new () => import("../firmware/network.js").Board;
  export default Board;
}
