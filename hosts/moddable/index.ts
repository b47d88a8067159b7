/**
 * The server, under the name of the package alone.
 *
 * It is a module beside `lockstep-tftp/server`, so that mcpack, which names modules by their paths, does not build that one
 * twice.
 */
export * from "./server.js";
export { default } from "./server.js";
