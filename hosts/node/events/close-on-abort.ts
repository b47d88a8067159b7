/** A server that can be closed, and says that it is. */
interface Closable {
  close(): Promise<void>;
  once(event: "close", listener: () => void): unknown;
}

/** Closes a server when the signal is aborted, at once if it is already. A server that has closed listens to it no more. */
export function closeOnAbort(server: Closable, signal: AbortSignal | undefined): void {
  const stop = (): void => void server.close();
  if (signal?.aborted) {
    stop();
  } else if (signal !== undefined) {
    signal.addEventListener("abort", stop, { once: true });
    server.once("close", () => signal.removeEventListener("abort", stop));
  }
}
