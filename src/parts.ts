/**
 * The parts of the engine that `client.js` takes from `engine.js`. They are not what the engine offers: they change as the
 * client needs it.
 */
export { writeText } from "./ascii.js";
export { checked } from "./checked.js";
export { Endpoint } from "./endpoint.js";
export { MODE_NETASCII, MODE_OCTET } from "./modes.js";
export { decodeName } from "./name.js";
export {
  BLOCK_SIZE_MIN,
  endOfText,
  MS_PER_SECOND,
  NOT_ASKED,
  OPTIONS_BYTES_MAX,
  OptionValues,
  TIMEOUT_SECONDS_MAX,
  WINDOW_SIZE_KEPT_MAX,
  writeOptions,
} from "./option-values.js";
export { makeSlots, TRANSFERS_MAX } from "./pool.js";
export {
  FLAG_ANSWERED,
  FLAG_FIXED_INTERVAL,
  FLAG_NETASCII,
  FLAG_REPEATED,
  NO_PORT,
  STATE_FREE,
  STATE_OFFERING,
  STATE_RECEIVING,
  Transfer,
} from "./transfer.js";
