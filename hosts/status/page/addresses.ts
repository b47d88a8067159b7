/** Clients that have an address of this server's, and whether they fetch the file that they were told. */
import { withoutUnprintable } from "../../common/printable.js";
import type { AddressedClient, BootState } from "../address-source.js";
import type { StatusReport } from "../status-report.js";
import { byId, child, childName, setText, showRows } from "./dom.js";
import { timeText } from "./figures.js";

export function showAddresses({ dhcp }: StatusReport): void {
  byId("addresses-card").hidden = dhcp === undefined;
  if (dhcp !== undefined) {
    setText("addresses-state", stateText(dhcp.isServing, dhcp.otherServer, dhcp.clients.length));
    showRows(byId("addresses"), dhcp.clients, keyOf, clientRow, updateClient);
  }
}

function stateText(isServing: boolean, otherServer: string, clients: number): string {
  if (otherServer !== "") {
    return `Silent: ${otherServer} is another DHCP server in this network.`;
  }
  if (!isServing) {
    return "Looking for other DHCP servers.";
  }
  return clients === 0 ? "No client has an address yet." : "";
}

function keyOf({ address, hardwareAddress, file }: AddressedClient): string {
  return `${address}/${hardwareAddress}/${file}`;
}

function clientRow({ address, hardwareAddress, file }: AddressedClient): HTMLElement {
  const row = document.createElement("li");
  childName(row, address);
  child(row, "span", "figure");
  const about = child(
    row,
    "span",
    "about",
    file === "" ? `${hardwareAddress} · told no file` : `${hardwareAddress} · told `,
  );
  if (file !== "") {
    childName(about, file);
  }
  child(row, "span", "about");
  return row;
}

function updateClient(row: HTMLElement, { state, askedFile, remainingSeconds }: AddressedClient): void {
  const [, figure, , about] = [...row.children] as [Element, HTMLElement, Element, HTMLElement];
  const tone = TONES[state];
  figure.className = tone === undefined ? "figure" : `figure ${tone}`;
  figure.textContent = withoutUnprintable(doneText(state, askedFile));
  about.textContent = `${timeText(remainingSeconds * 1000)} left`;
}

const TONES: Readonly<Partial<Record<BootState, "good" | "bad">>> = { silent: "bad", refused: "bad", fetched: "good" };

/** The client's progress with its file, in the words of the live view. */
function doneText(state: BootState, askedFile: string): string {
  switch (state) {
    case "untold":
      return "";
    case "silent":
      return "has not asked for it";
    case "elsewhere":
      return `asked for ${askedFile === "" ? "another file" : askedFile}`;
    case "asked":
      return "asked for it";
    case "refused":
      return "asked for it and was refused";
    case "fetched":
      return "has it";
  }
}
