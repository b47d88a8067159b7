/*
 * mcpack names a module by its path in the package, so the engine's client looks for its core here when the manifest has
 * brought the core under its own name.
 */
export * from "lockstep-tftp/core";
