/** A board whose network and memory the tests control. */
interface Listener {
  readonly givesAddresses: boolean;
  up(address: string, netmask?: string): void;
  down(): void;
  say(text: string): void;
}

export const board = {
  listener: undefined as unknown as Listener,
  freeMemoryBytes: 100_000,
  onStarted: (() => {}) as (value?: unknown) => void,
};

export default class Board {
  startNetwork(_settings: unknown, listener: Listener): void {
    board.listener = listener;
    board.onStarted();
  }

  freeMemoryBytes(): number {
    return board.freeMemoryBytes;
  }
}
