/**
 * Wraps an observer: what it throws is blamed on the observer, not on the engine that called it.
 */
import type { Observer } from "../../../src/index.js";
import { violationOf } from "./violation.js";

export function checkedObserver(observer: Observer): Observer {
  const call = (name: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      throw violationOf("observer", `The observer's ${name}`, error);
    }
  };
  return {
    started: (view, now) => call("started", () => observer.started(view, now)),
    progressed: (view, now) => call("progressed", () => observer.progressed(view, now)),
    ended: (view, outcome, now) => call("ended", () => observer.ended(view, outcome, now)),
    refused: (...request) => call("refused", () => observer.refused(...request)),
  };
}
