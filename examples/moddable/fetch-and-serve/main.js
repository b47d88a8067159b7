/*
 * Fetches the board's own configuration when it starts, keeps it in the file system, and then serves it and the other files
 * there. If the fetch fails, the board goes on with the configuration that it has.
 *
 *   mcconfig -d -m -p esp32 ssid=NETWORK password=PASSWORD server=192.168.0.10
 *   mcconfig -d -m -p lin port=6969 server=127.0.0.1 serverPort=6970         in the simulator
 *
 * On the server, in a folder with board.json:  npx lockstep-tftp serve . --port 69
 * Then, from another machine:                  curl tftp://ADDRESS/board.json
 */
import files from "embedded:storage/files";
import TFTPClient, { outcomeName } from "lockstep-tftp/client";
import TFTPServer from "lockstep-tftp/server";
import { FileStorage } from "lockstep-tftp/storage";
import UDP from "lockstep-tftp/udp";
import config from "mc/config";

const CONFIGURATION = "board.json";
const MAX_CONFIGURATION_BYTES = 4096;
const NETWORK_WAIT_MS = 60_000;
/** The longest that there is: 24 days. */
const LONGEST_WAIT_MS = 0x7fffffff;

/** Used as long as no configuration was fetched, and for settings that it leaves out. */
const DEFAULTS = { greeting: "no configuration yet" };

/** Takes the configuration. The clients of the board cannot write. */
const fetched = new FileStorage({ directory: files, write: "overwrite" });
const served = new FileStorage({ directory: files });

new TFTPClient({
  io: UDP,
  maxSizeBytes: MAX_CONFIGURATION_BYTES,
  maxNetworkWaitMs: NETWORK_WAIT_MS,
  onReady() {
    const request = { address: config.server, port: Number(config.serverPort), name: CONFIGURATION, tellSize: true };
    this.get(request, fetched.openForWriting(CONFIGURATION));
  },
  onEnded(transfer, outcome) {
    trace(`${transfer.name} from ${config.server}: ${outcomeName(outcome)} ${transfer.errorText}\n`);
    goOn(this);
  },
  onError(error) {
    trace(`${error.message}\n`);
    goOn(this);
  },
});

let isServing = false;

/** An error can be followed by the end of the transfer. */
function goOn(client) {
  client.close();
  if (!isServing) {
    isServing = true;
    serve();
  }
}

function serve() {
  const { greeting } = { ...DEFAULTS, ...configuration() };
  new TFTPServer({
    io: UDP,
    port: Number(config.port),
    storage: served,
    maxNetworkWaitMs: LONGEST_WAIT_MS,
    onReady() {
      trace(`${greeting}\n`);
    },
    onStarted(transfer) {
      trace(`${transfer.address} asks for ${transfer.name}\n`);
    },
  });
}

/** The configuration in the file system. A wrong one is as good as none. */
function configuration() {
  try {
    const { size } = files.status(CONFIGURATION);
    const file = files.openFile({ path: CONFIGURATION, mode: "r" });
    const bytes = new Uint8Array(size);
    file.read(bytes, 0);
    file.close();
    return JSON.parse(String.fromArrayBuffer(bytes.buffer));
  } catch (error) {
    trace(`${CONFIGURATION}: ${error.message}\n`);
    return {};
  }
}
