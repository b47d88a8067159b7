/*
 * A TFTP server with a custom storage, which makes each phone's configuration when the phone asks.
 *
 *   mcconfig -d -m -p esp32 ssid=NETWORK password=PASSWORD
 *   mcconfig -d -m -p lin port=6969         in the simulator
 *
 * Then, from another machine:  curl tftp://ADDRESS/0004f2abcdef.cfg
 */

import Configurations from "configurations";
import TFTPServer, { outcomeName } from "lockstep-tftp/server";
import UDP from "lockstep-tftp/udp";
import config from "mc/config";

new TFTPServer({
  io: UDP,
  port: Number(config.port),
  storage: new Configurations(),
  onEnded(transfer, outcome) {
    trace(`${transfer.address} ${transfer.name}: ${outcomeName(outcome)}\n`);
  },
});
