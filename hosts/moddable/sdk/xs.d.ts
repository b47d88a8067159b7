/** Extensions of XS that the board's code uses. */

/** Writes to the debugger's console, and to the serial port where the build has a console there. */
declare function trace(...texts: string[]): void;

interface ArrayBufferConstructor {
  /** Encodes a text in UTF-8. */
  fromString(text: string): ArrayBuffer;
}
