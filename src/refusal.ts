import type { Refusal } from "./host.js";

// A string literal would be made anew at each evaluation in code that XS runs from flash.
const NUMBER = "number";

/** Whether a storage refused to open a file. */
export function isRefusal(opened: object | Refusal): opened is Refusal {
  return typeof opened === NUMBER;
}
