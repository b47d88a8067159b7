/*
 * Takes the backups of switches into the board's file system, and lists them on a web page, where they can be removed.
 *
 *   mcconfig -d -m -p esp32 ssid=NETWORK password=PASSWORD operator=192.168.0.10
 *   mcconfig -d -m -p lin port=6969 pagePort=8080 operator=127.0.0.1         in the simulator
 *
 * On a Cisco switch:         copy running-config tftp://ADDRESS/running-config
 * As the operator:           curl tftp://ADDRESS/192.168.0.20-running-config
 * In the operator's browser: http://ADDRESS/
 */
import Listener from "embedded:io/socket/listener";
import files from "embedded:storage/files";
import Backups from "backups";
import TFTPServer, { outcomeName } from "lockstep-tftp/server";
import StatusPage, { TransferRecords } from "lockstep-tftp/status-page";
import { FileStorage } from "lockstep-tftp/storage";
import UDP from "lockstep-tftp/udp";
import config from "mc/config";

/** A configuration is small. A larger file is a mistake or an attack. */
const MAX_BACKUP_BYTES = 256 * 1024;

const storage = new FileStorage({ directory: files, write: "overwrite" });
const records = new TransferRecords(8);

const server = new TFTPServer({
  io: UDP,
  port: Number(config.port),
  storage: new Backups(storage, config.operator),
  records,
  maxSizeBytes: MAX_BACKUP_BYTES,
  onEnded(transfer, outcome) {
    const verb = transfer.isUpload ? "puts" : "gets";
    trace(`${transfer.address} ${verb} ${transfer.name}: ${outcomeName(outcome)}\n`);
  },
});

new StatusPage({
  server,
  records,
  storage,
  io: Listener,
  port: Number(config.pagePort),
  name: "Backups",
  onRequest: (address) => address === config.operator,
});
