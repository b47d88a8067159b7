/**
 * The file `engine.js`: what the engine offers, and behind that the parts from which the client's file, `client.js`, is
 * made. So a firmware that only serves carries no client, and one that does both carries the common parts once.
 */
export * from "./index.js";
export * from "./parts.js";
