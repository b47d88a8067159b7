/** The help texts. A test compares their flags with the settings and with the pages of docs/. */

export const SERVE_HELP = `lockstep-tftp: a TFTP server and client

Usage:
  lockstep-tftp serve DIR [options]
  lockstep-tftp get tftp://HOST[:PORT]/PATH [FILE] [options]
  lockstep-tftp put FILE tftp://HOST[:PORT]/PATH [options]

For the options of get and put: lockstep-tftp get --help

"serve" serves the files in DIR until Ctrl-C. By default it listens on port 69
of every address of this machine, and no client may write.

  --config FILE        read settings and name rules from FILE; flags override
                       the file, and SIGHUP rereads it (see docs/serving.md)

Where to listen:
  --host H             address or name to listen on; repeatable
                       (default: every address, IPv4 and IPv6)
  --port N             port for requests (default: 69; ports below 1024 need
                       a permission, so try 6969)
  --single-port        answer from the port for requests instead of from one
                       port per transfer; for networks that translate addresses
  --port-range A-B     take the ports of transfers from this range
  --answer-broadcast   answer broadcast requests, too, from this machine's
                       address in the client's network
  --strict             for an untrusted network: at most 64 transfers per
                       client address, 4 of them unanswered, and at most 200
                       answers a second, 50 of them to one address
  --allow NETWORK      answer only these clients, e.g. 192.168.0.0/24;
                       repeatable (default: all)

What clients may do:
  --write              upload new files
  --overwrite          upload new files and replace existing ones
  --write-only         upload files but download none; with --write or
                       --overwrite
  --max-size SIZE      largest upload, e.g. 500K, 64M, 2G (default: no limit)
  --ignore-case        find "Boot/BCD" when a client asks for "boot/bcd"
  --checksums          answer NAME.sha256 with the SHA-256 checksum of NAME
  --links-into DIR     follow links that lead into this folder, for downloads;
                       repeatable (default: links within the served folder)

Transfers:
  --max-transfers N    transfers at once (default: 1024)
  --max-window-size N  largest window in blocks; 1 for no windows
                       (default: 16; with --single-port 8)
  --initial-interval TIME
                       wait before the first repeat, until a round trip has
                       been measured, e.g. 500ms or 2s (default: 300ms)
  --min-interval TIME  shortest wait before a repeat, e.g. 1s for devices that
                       pause for long and get blocks twice (default: 250ms)
  --give-up TIME       end a transfer after this time without progress
                       (default: 25s)
  --no-busy-polling    sleep as soon as no packet is waiting, instead of polling
                       for the next one for 50 microseconds
  --grace TIME         time for running transfers to finish at shutdown
                       (default: 10s)

A network without DHCP (Linux; see docs/boot.md):
  --dhcp FIRST-LAST    give clients these addresses, and tell them this server,
                       e.g. 192.168.88.100-192.168.88.150; needs one --host.
                       Which client is told which file: [dhcp] in --config

Output:
  --status-page [ADDRESS:PORT]
                       serve a status page for browsers, and metrics for
                       Prometheus (default: at 127.0.0.1:8069)
  --log FORMAT         live: lines, with progress below them, on a terminal;
                       text: lines; json: lines for programs
                       (default: live on a terminal, else text)
  --log-level LEVEL    error, warn, info or debug (default: info)

  --help, -h           print this text
  --version, -V        print the version

Fetch a file:  lockstep-tftp get tftp://127.0.0.1:6969/readme.txt
`;

export const CLIENT_HELP = `lockstep-tftp: fetches files from TFTP servers, and puts files to them

Usage:
  lockstep-tftp get tftp://HOST[:PORT]/PATH [FILE] [options]
  lockstep-tftp put FILE tftp://HOST[:PORT]/PATH [options]

FILE is a local file, or "-" for standard output or input. Without FILE, "get"
writes to the last name of PATH; if FILE is a folder, to that name inside it.
The file appears once it is complete; until then, the old one stays.

  --wait               repeat the request every second until the server answers;
                       for a device that you are about to switch on
  --no-options         send a plain request of RFC 1350, for devices that
                       understand no options
  --windowsize N       blocks sent before an acknowledgement, 1 to 16384
                       (RFC 7440): faster, if the server supports it
                       (default: 1)
  --blksize N          bytes per block, 8 to 512 (RFC 2348) (default: 512)
  --timeout N          seconds after which both sides repeat an unanswered
                       message, 1 to 255 (RFC 2349) (default: measured)
  --min-interval TIME  shortest wait before a repeat, e.g. 1s for devices that
                       pause for long and get blocks twice (default: 250ms)
  --give-up TIME       end the transfer after this time without progress
                       (default: 25s)
  --netascii           translate line ends, for text files
  --max-size SIZE      largest file to fetch, e.g. 64M (default: no limit)
  --quiet              print no progress, and nothing on success

  --help, -h           print this text

Exit codes: 0 done, 1 wrong usage, 2 no such file, 3 no response,
  4 refused by the server, 5 protocol violated by the server, 6 local file,
  7 no way to reach the server, 8 put without a last acknowledgement,
  130 interrupted
`;
