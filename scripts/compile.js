import { existsSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

const FORMAT = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: ts.sys.getCurrentDirectory,
  getNewLine: () => ts.sys.newLine,
};

function report(diagnostic) {
  console.error(ts.formatDiagnosticsWithColorAndContext([diagnostic], FORMAT).trimEnd());
}

/**
 * Checks a project and all that it refers to, and writes what changed: `tsc --build` in this process. Exits on an error.
 *
 * @param options those of `tsc --build`.
 */
export function compile(project, options = {}) {
  const host = ts.createSolutionBuilderHost(ts.sys, undefined, report);
  const status = ts.createSolutionBuilder(host, [project], options).build();
  if (status !== ts.ExitStatus.Success) {
    process.exit(status);
  }
}

/** Removes what was compiled from sources that are gone. Paths below `compiled` are the same as below `sources`. */
export function removeOrphans(compiled, sources) {
  const files = existsSync(compiled) ? readdirSync(compiled, { recursive: true, withFileTypes: true }) : [];
  for (const entry of files.filter((file) => file.isFile())) {
    // Node before 20.12 calls it `path`.
    const folder = entry.parentPath ?? entry.path;
    const source = entry.name.replace(/(\.d\.ts|\.js|\.js\.map)$/, ".ts");
    if (source !== entry.name && !existsSync(path.join(sources, path.relative(compiled, folder), source))) {
      rmSync(path.join(folder, entry.name));
    }
  }
}
