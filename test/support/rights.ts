/** The rights of this process, and how it gives them up. */

/** The user and group without rights on Linux. */
export const NOBODY = 65_534;

export const IS_ROOT = process.getuid?.() === 0;

/** The reason to skip a test that only root can run, or false. */
export const UNLESS_ROOT: string | false = IS_ROOT ? false : "only root can do this: run the tests as root";

/** Makes this process run as the user `nobody`, for good. Load modules that only root can read before. */
export function becomeNobody(): void {
  process.setgroups?.([]);
  process.setgid?.(NOBODY);
  process.setuid?.(NOBODY);
}
