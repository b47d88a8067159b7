/** What this process may do, and how a process gives its rights up. */

/** The user and group that own nothing on Linux. */
export const NOBODY = 65_534;

export const IS_ROOT = process.getuid?.() === 0;

/** The reason to skip a test that only root can run, or false. */
export const UNLESS_ROOT: string | false = IS_ROOT ? false : "only root can do this: run the tests as root";

/** Makes this process one of nobody's, for good. Modules that only root can read must be loaded before. */
export function becomeNobody(): void {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
