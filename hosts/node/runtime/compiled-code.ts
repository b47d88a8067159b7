/**
 * The code cache of Node (22.8 and later): a later start takes the compiled program from a file instead of compiling it. Node's
 * own place for it is the shared folder for temporary files, where another user could plant code; so it lies in this user's
 * cache folder, and there is none where that is missing, or others may write to it.
 *
 * Node writes at the exit what it compiled as a file was loaded. That is the same for each run, also for one that fails: what
 * V8 compiles later, as functions are called, is not kept.
 */
import fs from "node:fs";
import nodeModule from "node:module";
import path from "node:path";

/** Absent in earlier versions of Node. */
interface CodeCache {
  enableCompileCache?(folder: string): unknown;
}

const { enableCompileCache } = nodeModule as CodeCache;
const NAME = "lockstep-tftp";
const OWNER_ONLY = 0o700;
const RIGHTS_OF_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * Makes Node keep the compiled code of modules that are loaded from now on, unless the user has set NODE_COMPILE_CACHE or
 * NODE_DISABLE_COMPILE_CACHE. It never throws.
 */
export function keepCompiledCode(): void {
  const { NODE_COMPILE_CACHE: isSetByUser, NODE_DISABLE_COMPILE_CACHE: isOff } = process.env;
  if (enableCompileCache === undefined || isSetByUser || isOff) {
    return;
  }
  const folder = compiledCodeFolder(process.env);
  if (folder !== undefined) {
    enableCompileCache(folder);
  }
}

/** The folder, made if need be; undefined if there is no place to which only this user writes. It never throws. */
function compiledCodeFolder({ XDG_CACHE_HOME, HOME }: NodeJS.ProcessEnv): string | undefined {
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

/** Returns whether it is a folder that belongs to this user and that nobody else may write to. */
function isOwn(status: fs.Stats): boolean {
  return status.isDirectory() && status.uid === process.getuid?.() && (status.mode & WRITABLE_BY_OTHERS) === 0;
}
