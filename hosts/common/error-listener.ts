/** Receives what a storage, a callback or a socket threw. Must not throw. */
export interface ErrorListener {
  failed(error: unknown): void;
}
