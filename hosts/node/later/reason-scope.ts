/** Reasons of refusals that come later. Several calls of a storage may run at the same time, and each gives its reason. */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Refusal } from "../../../src/index.js";
import type { ReasonScope } from "../../common/later/reason-scope.js";
import { keepReasons, type Reason } from "../../common/reasons.js";

interface Scope {
  last?: { readonly refusal: Refusal; readonly reason: Reason };
}

/** Made by the first call: a process that serves folders only has none. */
let scopes: AsyncLocalStorage<Scope> | undefined;

keepReasons((refusal, reason) => {
  const scope = scopes?.getStore();
  if (scope !== undefined) {
    scope.last = { refusal, reason };
  }
});

export const reasonScope: ReasonScope = (call) => {
  scopes ??= new AsyncLocalStorage<Scope>();
  const scope: Scope = {};
  return {
    result: scopes.run(scope, call),
    findReason: (refusal) => (scope.last?.refusal === refusal ? scope.last.reason : undefined),
  };
};
