import type StatusPage from "../status/status-page.js";
import type { TransferRecords } from "../status/status-page.js";
import type { ListenerConstructor } from "../status/tcp.js";

/** What the firmware's status page is made of. The modules are loaded only where the page is wanted. */
export interface PageModules {
  readonly StatusPage: typeof StatusPage;
  readonly TransferRecords: typeof TransferRecords;
  readonly Listener: ListenerConstructor;
}
