/**
 * A board in memory: the bundles that a board runs, on stand-ins for the modules of the SDK. Import this before anything
 * of a board.
 */
import { register } from "node:module";
import { emptyImage } from "./sdk/resource.js";
import { setTicks } from "./sdk/time.js";
import { forgetTimers } from "./sdk/timer.js";
import { resetNetwork } from "./sdk/udp.js";

register("./loader.js", import.meta.url);

/** What XS has and Node has not. */
Object.assign(ArrayBuffer, { fromString: (text: string) => new TextEncoder().encode(text).buffer });

/** The lines on the board's console. */
export const consoleLines: string[] = [];
Object.assign(globalThis, { trace: (text: string) => consoleLines.push(text.replace(/\n$/, "")) });

/** As after the power has come on. */
export function resetBoard(): void {
  forgetTimers();
  resetNetwork();
  emptyImage();
  setTicks(0);
  consoleLines.length = 0;
}

/** A module of the board, as the build has made it. */
export function boardModule<Module>(name: string, query = ""): Promise<Module> {
  return import(new URL(`../../../../dist/moddable/${name}.js${query}`, import.meta.url).href);
}
