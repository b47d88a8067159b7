/*
 * A TFTP server in a few lines, which serves one file of the flash image.
 *
 *   mcconfig -d -m -p esp32 ssid=NETWORK password=PASSWORD
 *   mcconfig -d -m -p lin port=6969         in the simulator
 *
 * Then, from another machine:  curl tftp://ADDRESS/hello.txt
 */
import TFTPServer from "lockstep-tftp/server";
import { ResourceStorage } from "lockstep-tftp/storage";
import UDP from "lockstep-tftp/udp";
import config from "mc/config";

new TFTPServer({
  io: UDP,
  port: Number(config.port),
  storage: new ResourceStorage(["hello.txt"]),
  onStarted(transfer) {
    trace(`${transfer.address} asks for ${transfer.name}\n`);
  },
  onEnded(transfer) {
    trace(`${transfer.address} has ${transfer.bytes} bytes of ${transfer.name}\n`);
  },
});
