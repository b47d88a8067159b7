/** Files that clients may write: none, those that do not exist yet, or existing ones too. */
export type WritePolicy = "never" | "new" | "overwrite";

const POLICIES: readonly unknown[] = Object.freeze(["never", "new", "overwrite"]);

/**
 * Returns the option `write`, default "never".
 *
 * @throws TypeError when it is anything else: a misspelt policy must not allow uploads.
 */
export function checkedWritePolicy(write: WritePolicy | undefined): WritePolicy {
  const policy = write ?? "never";
  if (!POLICIES.includes(policy)) {
    throw new TypeError(`write is ${String(policy)}; it must be "never", "new" or "overwrite"`);
  }
  return policy;
}
