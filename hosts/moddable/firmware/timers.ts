/** Timers with guarded callbacks: an exception that leaves a timer's callback ends the machine. */
import Timer from "timer";

type Action = (timer: Timer) => void;

/** Prints lines for people. */
export interface Speaker {
  say(text: string): void;
}

function guarded(action: Action, speaker: Speaker): Action {
  return (timer) => {
    try {
      action(timer);
    } catch (error) {
      speaker.say(`Error: ${(error as Error).message}`);
    }
  };
}

/** Calls `action` once, after a delay. */
export function after(delayMs: number, action: Action, speaker: Speaker): void {
  Timer.set(guarded(action, speaker), delayMs);
}

/** Calls `action` repeatedly, until `Timer.clear` is called with the timer. */
export function every(intervalMs: number, action: Action, speaker: Speaker): void {
  Timer.repeat(guarded(action, speaker), intervalMs);
}
