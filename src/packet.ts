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

/** RRQ: a client requests a file (RFC 1350 §5). */
export const OPCODE_READ_REQUEST = 1;
/** WRQ: a client requests to send a file (RFC 1350 §5). */
export const OPCODE_WRITE_REQUEST = 2;
/** DATA: a block of a file (RFC 1350 §5). */
export const OPCODE_DATA = 3;
/** ACK: a block has arrived (RFC 1350 §5). */
export const OPCODE_ACKNOWLEDGEMENT = 4;
/** ERROR: a refusal, or the end of a transfer (RFC 1350 §5). */
export const OPCODE_ERROR = 5;
/** OACK: the accepted options (RFC 2347). */
export const OPCODE_OPTION_ACKNOWLEDGEMENT = 6;

/** Length of the opcode: the file name of a request, and the first option of an OACK, follow it. */
export const OPCODE_BYTES = 2;
/** Length of opcode and block number, or of opcode and error code. */
export const HEADER_BYTES = 4;
/** Header of DATA with block 0, as one number. */
export const HEADER_DATA = OPCODE_DATA << 16;
/** Header of an ACK with block 0, as one number. */
export const HEADER_ACKNOWLEDGEMENT = OPCODE_ACKNOWLEDGEMENT << 16;
/** Largest block: RFC 1350 knows no other size, and the buffers are fixed. */
export const MAX_BLOCK_BYTES = 512;
/** Largest message that this engine sends. */
export const MAX_PACKET_BYTES = HEADER_BYTES + MAX_BLOCK_BYTES;
/** Block numbers count modulo 65,536: block 65535 is followed by block 0. */
export const BLOCK_NUMBER_MASK = 0xffff;

/** An error code takes the place of the block number. */
export const ERROR_CODE_MASK = 0xffff;

/** The port on which servers take requests (RFC 1350 §4). */
export const TFTP_PORT = 69;
/** UDP's ports have 16 bits. */
export const MAX_PORT = 65_535;

/** Anything without a code; the message says what (RFC 1350 §5, error 0). */
export const ERROR_NOT_DEFINED = 0;
/** File not found: RFC 1350 §5, error 1. */
export const ERROR_FILE_NOT_FOUND = 1;
/** The name, the direction or the client is not allowed: RFC 1350 §5, error 2. */
export const ERROR_ACCESS_VIOLATION = 2;
/** Disk full or allocation exceeded: RFC 1350 §5, error 3. */
export const ERROR_DISK_FULL = 3;
/** The message is malformed, or asks for an unknown mode: RFC 1350 §5, error 4. */
export const ERROR_ILLEGAL_OPERATION = 4;
/** The transfer belongs to another address or port: RFC 1350 §5, error 5. */
export const ERROR_UNKNOWN_TRANSFER_ID = 5;
/** The file exists and must not be overwritten: RFC 1350 §5, error 6. */
export const ERROR_FILE_EXISTS = 6;
/** The options could not be agreed upon: RFC 2347, error 8. */
export const ERROR_OPTION_NEGOTIATION = 8;

/** Port 69 is another server and port 0 invalid: an answer would make two servers talk to each other (CVE-2024-2169). */
export function isClientPort(port: number): boolean {
  return port !== 0 && port !== TFTP_PORT;
}
