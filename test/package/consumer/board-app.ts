/**
 * An app for a board that imports the SDK's modules, too. It is compiled but not run, in projects whose declarations of those
 * modules come from the SDK, from this package, or partly from either.
 */

import Resource from "Resource";
import Listener from "embedded:io/socket/listener";
import UDP from "embedded:io/socket/udp";
import files from "embedded:storage/files";
import TFTPClient from "lockstep-tftp/client";
import TFTPServer, { outcomeName } from "lockstep-tftp/server";
import StatusPage, { TransferRecords } from "lockstep-tftp/status-page";
import { ArchiveStorage, FileStorage, OverlayStorage } from "lockstep-tftp/storage";

const storage = new OverlayStorage({
  upper: new FileStorage({ directory: files, write: "new" }),
  lower: new ArchiveStorage(new Resource("files.tar")),
});
const records = new TransferRecords(8);
const server = new TFTPServer({
  io: UDP,
  storage,
  records,
  onEnded(transfer, outcome) {
    trace(`${transfer.name}: ${outcomeName(outcome)}\n`);
  },
});
new StatusPage({ server, records, storage, io: Listener });
new TFTPClient({ io: UDP });

// @ts-expect-error: a listener is no class of UDP sockets.
new TFTPServer({ io: Listener, storage });
// @ts-expect-error: a view is not memory.
new ArchiveStorage(new Uint8Array(512));
