/** Timers whose callbacks cannot end the machine, as an exception that left one would. */
import Timer from "timer";

type Action = (timer: Timer) => void;
type Say = (text: string) => void;

function guarded(action: Action, say: Say): Action {
  return (timer) => {
    try {
      action(timer);
    } catch (error) {
      say(`Error: ${(error as Error).message}`);
    }
  };
}

/** Does something once, after a while. */
export function after(delayMs: number, action: Action, say: Say): void {
  Timer.set(guarded(action, say), delayMs);
}

/** Does something again and again, until `Timer.clear` is called with the timer. */
export function every(intervalMs: number, action: Action, say: Say): void {
  Timer.repeat(guarded(action, say), intervalMs);
}
