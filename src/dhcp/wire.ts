/**
 * The wire: BOOTP's header and DHCP's options (RFC 951, RFC 2131 §2, RFC 2132). All numbers are big-endian.
 *
 *     | op | htype | hlen | hops |   xid   | secs | flags |  ciaddr  |  yiaddr  |  siaddr  |  giaddr  |
 *     | chaddr, 16 bytes | sname, 64 bytes | file, 128 bytes | 63 82 53 63 | code | length | value | ... | ff |
 *
 * IPv4 addresses are numbers with their 32 bits, signed as `DataView.getInt32` reads them: V8 makes an object of a larger
 * number. 0 is "no address".
 */

/** The port on which servers take requests (RFC 951 §3). */
export const DHCP_SERVER_PORT = 67;
/** The port to which servers send answers (RFC 951 §3). */
export const DHCP_CLIENT_PORT = 68;
/** 255.255.255.255, the limited broadcast address. */
export const BROADCAST_ADDRESS = -1;
export const NO_ADDRESS = 0;

export const OPERATION_REQUEST = 1;
export const OPERATION_REPLY = 2;

export const AT_OPERATION = 0;
export const AT_HARDWARE_TYPE = 1;
export const AT_HARDWARE_LENGTH = 2;
export const AT_TRANSACTION_ID = 4;
export const AT_FLAGS = 10;
export const AT_CLIENT_ADDRESS = 12;
export const AT_YOUR_ADDRESS = 16;
export const AT_SERVER_ADDRESS = 20;
export const AT_RELAY_ADDRESS = 24;
export const AT_HARDWARE_ADDRESS = 28;
export const AT_SERVER_NAME = 44;
export const AT_FILE = 108;
export const AT_MAGIC = 236;
export const AT_OPTIONS = 240;

/** Length of `chaddr`. */
export const MAX_HARDWARE_BYTES = 16;
/** Length of `file`, whose text ends with a zero byte. */
export const FILE_BYTES = 128;
/** The first four bytes of the options (RFC 2132 §2). */
export const MAGIC = 0x63825363;
/** Set in `flags` by a client that cannot receive unicast yet (RFC 2131 §2). */
export const FLAG_BROADCAST = 0x8000;
/** Ethernet, and Wi-Fi. */
export const HARDWARE_ETHERNET = 1;

/** Headers of IP and UDP, which option 57 counts. */
export const IP_AND_UDP_BYTES = 28;
/** Each IPv4 host can receive 576 bytes (RFC 791 §3.1), headers included; option 57 is never less (RFC 2132 §9.10). */
export const MAX_REPLY_BYTES = 576 - IP_AND_UDP_BYTES;
/** A message of BOOTP has 64 bytes after `file` (RFC 951 §3); some clients drop shorter ones. */
export const MIN_REPLY_BYTES = 300;

/** Message types (RFC 2132 §9.6). A message of BOOTP has none. */
export const BOOTP = 0;
export const DISCOVER = 1;
export const OFFER = 2;
export const REQUEST = 3;
export const DECLINE = 4;
export const ACKNOWLEDGE = 5;
export const REFUSE = 6;
export const RELEASE = 7;
export const INFORM = 8;

/** Bytes of an option before its value. */
export const CODE_AND_LENGTH = 2;
export const OPTION_PAD = 0;
export const OPTION_SUBNET_MASK = 1;
export const OPTION_ROUTERS = 3;
export const OPTION_NAME_SERVERS = 6;
export const OPTION_HOST_NAME = 12;
export const OPTION_DOMAIN_NAME = 15;
export const OPTION_TIME_SERVERS = 42;
export const OPTION_VENDOR_SPECIFIC = 43;
export const OPTION_REQUESTED_ADDRESS = 50;
export const OPTION_LEASE_TIME = 51;
export const OPTION_OVERLOAD = 52;
export const OPTION_MESSAGE_TYPE = 53;
export const OPTION_SERVER_IDENTIFIER = 54;
export const OPTION_PARAMETER_LIST = 55;
export const OPTION_MAX_MESSAGE_SIZE = 57;
export const OPTION_RENEWAL_TIME = 58;
export const OPTION_REBINDING_TIME = 59;
export const OPTION_VENDOR_CLASS = 60;
export const OPTION_CLIENT_IDENTIFIER = 61;
export const OPTION_TFTP_SERVER_NAME = 66;
export const OPTION_BOOT_FILE = 67;
/** RFC 3004. */
export const OPTION_USER_CLASS = 77;
/** RFC 4578 §2.1. */
export const OPTION_ARCHITECTURE = 93;
/** RFC 4578 §2.3. */
export const OPTION_MACHINE_IDENTIFIER = 97;
/** RFC 5859 §3. */
export const OPTION_TFTP_SERVER_ADDRESSES = 150;
export const OPTION_END = 255;
