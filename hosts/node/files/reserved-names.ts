/** Names that the server keeps for itself. No client gets or puts them, whatever the rules and settings are. */
import { isVersionName, KEPT_FOR_VERSIONS } from "./kept-versions.js";
import { isTemporaryName, KEPT_FOR_UPLOADS } from "./temporary-files.js";

/** What a name is kept for, as the detail of a refusal; undefined if it may be used. */
export function reservedFor(name: string): string | undefined {
  if (isTemporaryName(name)) {
    return KEPT_FOR_UPLOADS;
  }
  return isVersionName(name) ? KEPT_FOR_VERSIONS : undefined;
}
