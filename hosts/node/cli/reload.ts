/** Rereads the configuration file while the server runs. */
import type { TftpServer } from "../server.js";
import type { Log } from "./log.js";
import type { ServeCommand } from "./parse-serve.js";
import { logRuleUses } from "./rule-uses.js";
import { SETTING_NAMES, type SettingName } from "./settings.js";
import { type SystemError, startFailure } from "./start-failure.js";
import { warnOfUnwritableRoot } from "./unwritable-root.js";

/** Settings that take effect at once. The others shape the sockets and the pool of transfers, which are made at the start. */
const RELOADABLE: ReadonlySet<SettingName> = new Set([
  "allow",
  "write",
  "overwrite",
  "write-only",
  "ignore-case",
  "checksums",
  "links-into",
  "grace",
  "log-level",
]);

/**
 * Applies the file as it is now. Changed settings that need a restart are logged and keep their old values; a file with
 * a mistake changes nothing.
 *
 * @returns the command in effect from now on.
 */
export async function reload(server: TftpServer, running: ServeCommand, log: Log): Promise<ServeCommand> {
  const { configuration } = running;
  if (configuration === undefined) {
    return running;
  }
  const { file } = configuration;
  const { rules } = server;
  let next = running;
  try {
    next = await configuration.reread();
    await server.reconfigure(next.server);
  } catch (error) {
    const reason = startFailure(error as SystemError, next);
    log.write("error", "reload-failed", `Not reloaded, nothing has changed: ${reason}`, { file, reason });
    return running;
  }
  logRuleUses(rules, log);
  log.level = next.log.level;
  warnOfUnwritableRoot(next.server, log);
  const unchanged = SETTING_NAMES.filter((name) => !RELOADABLE.has(name) && differs(name, running, next));
  if (unchanged.length > 0) {
    const settings = unchanged.join(", ");
    const text = `Restart the server to change ${settings}; the old values stay in effect until then`;
    log.write("warn", "unchanged", text, { settings });
  }
  log.write("info", "reloaded", `Reloaded ${file}`, { file });
  // The next reload compares the file with the settings that are in effect.
  return { ...next, settings: running.settings };
}

function differs(name: SettingName, before: ServeCommand, after: ServeCommand): boolean {
  return JSON.stringify(before.settings[name]) !== JSON.stringify(after.settings[name]);
}
