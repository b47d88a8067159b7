/** Timers with guarded callbacks: an exception that leaves a timer's callback ends the machine. */
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

/** Calls `action` once, after a delay. */
export function after(delayMs: number, action: Action, say: Say): void {
  Timer.set(guarded(action, say), delayMs);
}

/** Calls `action` repeatedly, until `Timer.clear` is called with the timer. */
export function every(intervalMs: number, action: Action, say: Say): void {
  Timer.repeat(guarded(action, say), intervalMs);
}
