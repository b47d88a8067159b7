/** What XS has beyond ECMAScript, as far as the board's code uses it. */

/** Writes to the debugger's console, and to the serial port where the build has a console there. */
declare function trace(...texts: string[]): void;

interface ArrayBufferConstructor {
  /** The text in UTF-8. */
  fromString(text: string): ArrayBuffer;
}
