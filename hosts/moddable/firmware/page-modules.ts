import type StatusPage from "../status/status-page.js";
import type { TransferRecords } from "../status/status-page.js";
import type { ListenerConstructor } from "../status/tcp.js";

/** Modules of the firmware's status page. They are loaded only if the page is turned on. */
export interface PageModules {
  readonly StatusPage: typeof StatusPage;
  readonly TransferRecords: typeof TransferRecords;
  readonly Listener: ListenerConstructor;
}
