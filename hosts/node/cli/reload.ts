/** The configuration file is read again while the server runs. */

import type { TftpServer } from "../server.js";
import type { Log } from "./log.js";
import type { ServeCommand } from "./parse-serve.js";
import { SETTING_NAMES, type SettingName } from "./settings.js";
import { type SystemError, startFailure } from "./start-failure.js";
import { warnOfUnwritableRoot } from "./unwritable-root.js";

/** What takes effect at once. The others shape the sockets and the pool of transfers, which are made at the start. */
const CHANGEABLE: ReadonlySet<SettingName> = new Set([
  "allow",
  "write",
  "overwrite",
  "write-only",
  "ignore-case",
  "checksums",
  "grace",
  "log-level",
]);

/**
 * Takes over what the file says now. What cannot change in flight is named and stays as it was; a file with a mistake
 * changes nothing.
 *
 * @returns what the server does from now on.
 */
export async function reloaded(server: TftpServer, running: ServeCommand, log: Log): Promise<ServeCommand> {
  const { configuration } = running;
  if (configuration === undefined) {
    return running;
  }
  const { file } = configuration;
  let next = running;
  try {
    next = await configuration.read();
    await server.reconfigure(next.server);
  } catch (error) {
    const reason = startFailure(error as SystemError, next);
    log.say("error", "reload-failed", `Everything stays as it was: ${reason}`, { file, reason });
    return running;
  }
  log.level = next.log.level;
  warnOfUnwritableRoot(next.server, log);
  const stay = SETTING_NAMES.filter((name) => !CHANGEABLE.has(name) && hasChanged(name, running, next));
  if (stay.length > 0) {
    const names = stay.join(", ");
    log.say("warn", "unchanged", `Start the server again to change ${names}; until then it is as it was`, {
      settings: names,
    });
  }
  log.say("info", "reloaded", `Reloaded ${file}`, { file });
  // What stays is compared with what the file says the next time.
  return { ...next, settings: running.settings };
}

function hasChanged(name: SettingName, before: ServeCommand, after: ServeCommand): boolean {
  return JSON.stringify(before.settings.values[name]) !== JSON.stringify(after.settings.values[name]);
}
