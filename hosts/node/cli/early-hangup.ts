/**
 * SIGHUP before the command line is understood: it ends a process that does not listen to it, and a supervisor may send it
 * at any time. Imported first, because loading the other modules takes most of the start.
 */

let hasArrived = false;

function note(): void {
  hasArrived = true;
}

process.on("SIGHUP", note);

/**
 * Ends the listening for SIGHUP, and starts another listener.
 *
 * @param listener called for each signal from now on, and at once if one has arrived; undefined for a command that SIGHUP
 * ends, as is usual.
 */
export function handOverHangups(listener: (() => void) | undefined): void {
  if (listener !== undefined) {
    process.on("SIGHUP", listener);
  }
  process.off("SIGHUP", note);
  if (hasArrived) {
    hasArrived = false;
    process.kill(process.pid, "SIGHUP");
  }
}
