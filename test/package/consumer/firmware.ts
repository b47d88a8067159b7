/**
 * A firmware in TypeScript with the board's server, client and storages, whose modules the manifests name. It is compiled
 * but not run, since it needs a board.
 */
import TFTPClient from "lockstep-tftp/client";
import { OUTCOME_COMPLETED, type Outcome, type WritableFile } from "lockstep-tftp/engine";
import TFTPServer, { type TFTPServerOptions } from "lockstep-tftp/server";
import { ArchiveStorage, OverlayStorage, ResourceStorage } from "lockstep-tftp/storage";

export function serve(io: TFTPServerOptions["io"], archive: ArrayBuffer, say: (line: string) => void): TFTPServer {
  const storage = new OverlayStorage({
    upper: new ResourceStorage(["hello.txt"]),
    lower: new ArchiveStorage(archive),
  });
  return new TFTPServer({
    io,
    storage,
    maxTransfers: 4,
    onEnded(transfer, outcome: Outcome) {
      say(`${transfer.name}: ${outcome === OUTCOME_COMPLETED ? "done" : "not done"}`);
    },
  });
}

export function fetchConfiguration(
  io: TFTPServerOptions["io"],
  file: WritableFile,
  say: (line: string) => void,
): TFTPClient {
  const client = new TFTPClient({
    io,
    onEnded(transfer, outcome: Outcome) {
      say(outcome === OUTCOME_COMPLETED ? transfer.name : transfer.errorText);
      this.close();
    },
  });
  client.get({ address: "192.168.1.10", name: "config.json", tellSize: true }, file);
  return client;
}
