/** The names of options, as requests and OACKs spell them. */
import { ascii } from "./text.js";

/** RFC 2348. */
export const OPTION_BLOCK_SIZE = ascii("blksize");
/** RFC 2349. */
export const OPTION_TIMEOUT = ascii("timeout");
/** RFC 2349. */
export const OPTION_TRANSFER_SIZE = ascii("tsize");
/** RFC 7440. */
export const OPTION_WINDOW_SIZE = ascii("windowsize");
