/**
 * The parts of the engine that `client.js` takes from `engine.js`. They are not what the engine offers: they change as the
 * client needs it.
 */
export { writeText } from "./ascii.js";
export { checked } from "./checked.js";
export { Endpoint } from "./endpoint.js";
export { FIRST_LISTENER } from "./host.js";
export { MODE_NETASCII, MODE_OCTET } from "./modes.js";
export { decodeName } from "./name.js";
export {
  endOfText,
  MAX_OPTIONS_BYTES,
  MAX_TIMEOUT_SECONDS,
  MAX_WINDOW_SIZE_KEPT,
  MIN_BLOCK_SIZE,
  MS_PER_SECOND,
  NOT_ASKED,
  OptionValues,
  writeOptions,
} from "./option-values.js";
export { MAX_TRANSFERS, makeSlots } from "./pool.js";
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
