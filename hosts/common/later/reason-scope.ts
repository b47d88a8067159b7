/** Reasons of refusals that a storage gives later. */
import type { Refusal } from "../../../src/index.js";
import type { Reason } from "../reasons.js";

/** Reason that a storage has left for a refusal. */
export type FindReason = (refusal: Refusal) => Reason | undefined;

/** Runs a call, and tells its reasons from those of other calls that run at the same time. */
export type ReasonScope = <Result>(call: () => Result) => { readonly result: Result; readonly findReason: FindReason };
