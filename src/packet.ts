/**
 * The wire: opcodes, error codes and the fixed sizes of TFTP's messages. All numbers are big-endian.
 *
 *     RRQ, WRQ   | 01 or 02 | file name | 0 | mode | 0 | option | 0 | value | 0 | ...   RFC 1350 §5, RFC 2347
 *     DATA       | 03 | block | 0 to 512 bytes |                                       RFC 1350 §5
 *     ACK        | 04 | block |                                                        RFC 1350 §5
 *     ERROR      | 05 | code  | message | 0 |                                          RFC 1350 §5
 *     OACK       | 06 | option | 0 | value | 0 | ...                                   RFC 2347
 *
 * Opcode, block and code take two bytes each, so the first four bytes of DATA, ACK and ERROR are read and written as one
 * 32-bit number: `opcode << 16 | block`.
 */

/** RRQ: a client wants to fetch a file (RFC 1350 §5). */
export const OPCODE_READ_REQUEST = 1;
/** WRQ: a client wants to put a file (RFC 1350 §5). */
export const OPCODE_WRITE_REQUEST = 2;
/** DATA: a block of a file (RFC 1350 §5). */
export const OPCODE_DATA = 3;
/** ACK: a block has arrived (RFC 1350 §5). */
export const OPCODE_ACKNOWLEDGEMENT = 4;
/** ERROR: a refusal, or the end of a transfer (RFC 1350 §5). */
export const OPCODE_ERROR = 5;
/** OACK: the options that are accepted (RFC 2347). */
export const OPCODE_OPTION_ACKNOWLEDGEMENT = 6;

/** Where the file name of a request begins, and the first option of an OACK. */
export const OPCODE_BYTES = 2;
/** Opcode and block number, or opcode and error code. */
export const HEADER_BYTES = 4;
/** The header of DATA with block 0, as one number. */
export const HEADER_DATA = OPCODE_DATA << 16;
/** The same for an ACK. */
export const HEADER_ACKNOWLEDGEMENT = OPCODE_ACKNOWLEDGEMENT << 16;
/** The most data that one block carries: RFC 1350 knows no other size, and the buffers are fixed. */
export const MAX_BLOCK_BYTES = 512;
/** The largest message this engine sends. */
export const MAX_PACKET_BYTES = HEADER_BYTES + MAX_BLOCK_BYTES;
/** Block numbers count modulo 65,536: block 65535 is followed by block 0. */
export const BLOCK_NUMBER_MASK = 0xffff;

/** An error code stands where other messages have their block number. */
export const ERROR_CODE_MASK = 0xffff;

/** Where servers take requests (RFC 1350 §4). */
export const TFTP_PORT = 69;
/** UDP's ports have 16 bits. */
export const MAX_PORT = 65_535;

/** Anything that has no code of its own; the message says what (RFC 1350 §5, error 0). */
export const ERROR_NOT_DEFINED = 0;
/** File not found: RFC 1350 §5, error 1. */
export const ERROR_FILE_NOT_FOUND = 1;
/** The name, the direction or the client is not allowed: RFC 1350 §5, error 2. */
export const ERROR_ACCESS_VIOLATION = 2;
/** Disk full or allocation exceeded: RFC 1350 §5, error 3. */
export const ERROR_DISK_FULL = 3;
/** The message is malformed, or asks for a mode that is unknown: RFC 1350 §5, error 4. */
export const ERROR_ILLEGAL_OPERATION = 4;
/** The transfer belongs to another address or port: RFC 1350 §5, error 5. */
export const ERROR_UNKNOWN_TRANSFER_ID = 5;
/** The file exists already and must not be replaced: RFC 1350 §5, error 6. */
export const ERROR_FILE_EXISTS = 6;
/** Options that were not agreed upon end the transfer: RFC 2347, error 8. */
export const ERROR_OPTION_NEGOTIATION = 8;
