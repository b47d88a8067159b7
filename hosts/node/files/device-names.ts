/** Names that Windows gives a meaning of its own, so that no file can be reached, or a device is opened in place of one. */

/**
 * A colon marks a drive or a stream, and dots and blanks at the end of a name are dropped. Names have no bytes that are not
 * text.
 */
const SPECIAL_CHARACTER = /:|[. ](\/|$)|[\udc80-\udcff]/u;
/** Reserved in every folder, in any case and with any extension; blanks before the extension are dropped. */
const DEVICE = /(^|\/)(con|conin\$|conout\$|prn|aux|nul|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|\/|$)/i;

/** Detail of a refusal. */
export const RESERVED_ON_WINDOWS = ": Windows takes no such names";

/** Whether Windows would not take a name with `/` between its components for that of a file. */
export function isSpecialOnWindows(name: string): boolean {
  return SPECIAL_CHARACTER.test(name) || DEVICE.test(name);
}
