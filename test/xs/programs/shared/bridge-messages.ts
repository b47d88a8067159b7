/**
 * Messages on the pipe between the bridge, which owns the sockets, and the engine on XS. A message to the engine has a header,
 * followed by one datagram, one file name or nothing. An answer is a sequence of actions.
 *
 *     to the engine   | kind 1 | local port 4 | port 2 | address 4 | now 8 | bytes |
 *     action          | kind 1 | local port 4 | port 2 | address 4 | length 2 | bytes |
 *     end of answer   | 0 | time of the next poll 8 |
 *
 * The numbers are the lengths of the fields in bytes. Addresses are IPv4.
 */
export const MESSAGE_DATAGRAM = 1;
export const MESSAGE_POLL = 2;

export const ACTION_NEXT_AT = 0;
export const ACTION_SEND = 1;
export const ACTION_OPEN = 2;
export const ACTION_CLOSE = 3;

export const KIND_AT = 0;
export const LOCAL_PORT_AT = 1;
export const PORT_AT = 5;
export const ADDRESS_AT = 7;
/** Kinds of messages to the engine. */
export const NOW_AT = 11;
export const MESSAGE_BYTES = 19;
/** Kinds of actions. */
export const LENGTH_AT = 11;
export const ACTION_BYTES = 13;
