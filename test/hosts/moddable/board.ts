/**
 * A board in memory: the bundles of a board, on stand-ins for the modules of the SDK. Import this before other modules of a
 * board.
 */
import { register } from "node:module";
import { emptyImage } from "./sdk/resource.js";
import { setTicks } from "./sdk/time.js";
import { forgetTimers } from "./sdk/timer.js";
import { resetNetwork } from "./sdk/udp.js";

register("./loader.js", import.meta.url);

/** Extensions of XS that Node does not have. */
Object.assign(ArrayBuffer, { fromString: (text: string) => new TextEncoder().encode(text).buffer });
Object.assign(String, { fromArrayBuffer: (bytes: ArrayBuffer) => new TextDecoder().decode(bytes) });

/** The lines on the board's console. */
export const consoleLines: string[] = [];
Object.assign(globalThis, { trace: (text: string) => consoleLines.push(text.replace(/\n$/, "")) });

/** Resets the board as power-on does. */
export function resetBoard(): void {
  forgetTimers();
  resetNetwork();
  emptyImage();
  setTicks(0);
  consoleLines.length = 0;
}

/** A built module of the board. */
export function boardModule<Module>(name: string, query = ""): Promise<Module> {
  return import(new URL(`../../../../dist/moddable/${name}.js${query}`, import.meta.url).href);
}
