/** The module of the status page, built into the firmware if its manifest is included. */
declare module "lockstep-tftp/status-page" {
  const StatusPage: typeof import("../status/status-page.js").default;
  export default StatusPage;
  export const TransferRecords: typeof import("../status/status-page.js").TransferRecords;
}
