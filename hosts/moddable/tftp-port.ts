/** The port that RFC 1350 gives to TFTP. */
export const TFTP_PORT = 69;
const PORT_MAX = 65_535;

/** @throws RangeError when it is no port. */
export function checkedPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) {
    throw new RangeError(`port is ${port}; it must be a whole number from 1 to ${PORT_MAX}`);
  }
  return port;
}
