/**
 * Checks the types of each room, and writes its declarations. With `--unchecked` it only writes, in half of the time. `build.js`
 * runs it beside the bundling.
 */
import { compile } from "./compile.js";

compile(".", { noCheck: process.argv.includes("--unchecked") });
