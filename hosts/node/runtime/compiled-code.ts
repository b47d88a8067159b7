/**
 * The code cache of Node (22.10 and later): a later start takes the compiled program from a file instead of compiling it. Node's
 * own place for it is the shared folder for temporary files, where another user could plant code; so it lies in this user's
 * cache folder, and there is none where that is missing, or others may write to it.
 */
import fs from "node:fs";
import nodeModule from "node:module";
import path from "node:path";

/** Absent in earlier versions of Node. */
interface CodeCache {
  enableCompileCache?(folder: string): unknown;
  flushCompileCache?(): void;
}

const codeCache = nodeModule as CodeCache;
const NAME = "lockstep-tftp";
const OWNER_ONLY = 0o700;
const RIGHTS_OF_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/** Forgets a new cache that was not saved; undefined if nothing is kept. */
let forget: (() => void) | undefined;

/**
 * Lets Node keep the compiled code of modules that are loaded from now on, if {@link saveCompiledCode} is called. The user's
 * own settings of Node go first. It never throws.
 */
export function keepCompiledCode(): void {
  const { NODE_COMPILE_CACHE: isSetByUser, NODE_DISABLE_COMPILE_CACHE: isOff } = process.env;
  if (codeCache.flushCompileCache === undefined || isSetByUser || isOff) {
    return;
  }
  const folder = compiledCodeFolder(process.env);
  if (folder !== undefined) {
    // Node writes at the exit what it has. Of a server that could not start that is little, and would be kept for good.
    forget = isEmpty(folder) ? () => remove(folder) : () => {};
    process.once("exit", forget);
    codeCache.enableCompileCache?.(folder);
  }
}

/**
 * Writes what has been compiled so far, unless it was written by an earlier start. Later, V8 forgets the code of a start, which
 * does not run again.
 */
export function saveCompiledCode(): void {
  if (forget !== undefined) {
    process.off("exit", forget);
    codeCache.flushCompileCache?.();
  }
}

/** The folder, made if need be; undefined if there is no place to which only this user writes. It never throws. */
export function compiledCodeFolder({ XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): string | undefined {
  const base = XDG_CACHE_HOME || (HOME && path.join(HOME, ".cache"));
  // Windows has other rights, which are not read here.
  if (!base || !path.isAbsolute(base) || process.getuid === undefined) {
    return undefined;
  }
  const own = path.join(base, NAME);
  const folder = path.join(own, "compiled");
  try {
    // Under sudo, HOME may be another user's, which gets no folder of ours.
    if (!isOwn(fs.statSync(fs.existsSync(base) ? base : path.dirname(base)))) {
      return undefined;
    }
    fs.mkdirSync(folder, { recursive: true, mode: OWNER_ONLY });
    const status = fs.lstatSync(folder);
    return isOwn(fs.lstatSync(own)) && isOwn(status) && (status.mode & RIGHTS_OF_OTHERS) === 0 ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Whether this user owns the folder, and nobody else may write to it. */
function isOwn(status: fs.Stats): boolean {
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & WRITABLE_BY_OTHERS) === 0;
}

function isEmpty(folder: string): boolean {
  try {
    return fs.readdirSync(folder).length === 0;
  } catch {
    return true;
  }
}

function remove(folder: string): void {
  try {
    fs.rmSync(folder, { recursive: true, force: true });
  } catch {
    // Another server has written there meanwhile.
  }
}
