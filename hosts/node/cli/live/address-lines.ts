/** Clients of the DHCP server as lines on a terminal: who has which address, and whether it fetches its file. */
import { printable } from "../../../common/printable.js";
import { now } from "../../clock.js";
import type { BootWatch, WatchedClient } from "../../dhcp/boot-watch.js";
import { counted } from "../counted.js";
import { shorten } from "./columns.js";
import type { Frame } from "./live-screen.js";
import type { Paint } from "./paint.js";

/** Long enough to be read. */
const SHOWN_MS = 60_000;
/** A technician may come from elsewhere to see why a device does not start. */
const OVERDUE_SHOWN_MS = 3_600_000;

/** One line per client that did something lately: first those that do not ask for their file, then the latest. */
export function addressLines(source: Pick<BootWatch, "clients">, paint: Paint): Frame {
  return (columns, rows) => {
    const at = now();
    const clients = source.clients.filter(
      ({ changedAt, isOverdue }) => changedAt > 0 && at - changedAt < (isOverdue ? OVERDUE_SHOWN_MS : SHOWN_MS),
    );
    clients.sort((one, other) => rank(one) - rank(other) || other.changedAt - one.changedAt);
    const shown = clients.length <= rows ? clients : clients.slice(0, Math.max(0, rows - 1));
    const lines = shown.map((client) => addressLine(client, columns, paint));
    const more = clients.length - shown.length;
    return more > 0 && rows > 0
      ? [...lines, paint.faint(shorten(`and ${counted(more, "more client")} of DHCP`, columns))]
      : lines;
  };
}

function rank({ isOverdue, state }: WatchedClient): number {
  return isOverdue || state === "refused" ? 0 : 1;
}

/** Leaves out the hardware address where it does not fit, then a part of the file's name. */
function addressLine(client: WatchedClient, columns: number, paint: Paint): string {
  const { address, hardwareAddress, isOverdue, state } = client;
  const about = `told ${toldText(client)}`;
  const whole = `${address} (${hardwareAddress}) ${about}`;
  const line = whole.length <= columns ? whole : shorten(`${address} ${about}`, columns);
  if (isOverdue || state === "refused") {
    return paint.odd(line);
  }
  return state === "fetched" ? paint.good(line) : paint.faint(line);
}

function toldText({ file, state, askedFile }: WatchedClient): string {
  const told = file === "" ? "no file" : `"${printable(file)}"`;
  switch (state) {
    case "untold":
      return told;
    case "silent":
      return `${told}, has not asked for it`;
    case "elsewhere":
      return `${told}, asked for "${printable(askedFile)}"`;
    case "asked":
      return `${told}, asked for it`;
    case "refused":
      return `${told}, asked for it and was refused`;
    case "fetched":
      return `${told}, has it`;
  }
}
