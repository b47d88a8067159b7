/*
 * Gives each phone its own configuration, filled from a template and a table in the flash image.
 *
 *   mcconfig -d -m -p esp32 ssid=NETWORK password=PASSWORD
 *   mcconfig -d -m -p lin port=6969                                          in the simulator
 *
 * curl tftp://ADDRESS/SEP001122AABBCC.cnf.xml
 */

import Resource from "Resource";
import TFTPServer, { outcomeName } from "lockstep-tftp/server";
import { ResourceStorage } from "lockstep-tftp/storage";
import TemplateStorage from "lockstep-tftp/templates";
import UDP from "lockstep-tftp/udp";
import config from "mc/config";

// The storage serves no other file: least of all the table, with the passwords of all phones.
const storage = new TemplateStorage({
  storage: new ResourceStorage([]),
  texts: [
    {
      name: "SEP{mac}.cnf.xml",
      template: new Resource("7911.xml"),
      table: new Resource("phones.csv"),
    },
  ],
});

new TFTPServer({
  io: UDP,
  port: Number(config.port),
  storage,
  onEnded(transfer, outcome) {
    trace(`${transfer.address} gets ${transfer.name}: ${outcomeName(outcome)}\n`);
  },
});
