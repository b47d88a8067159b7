/**
 * Builds an app as the Moddable SDK does, as far as names of modules go: `mcpack` finds the modules that an app imports by the
 * `exports` of package.json, and `mcconfig` merges them with those of the manifests. Written after tools/mcpack.js and
 * tools/mcmanifest.js of SDK 8.2.3.
 */
import assert from "node:assert/strict";
import { readFileSync, realpathSync, statSync } from "node:fs";
import path from "node:path";

/** Conditions of `exports` that mcpack knows, besides `default`. */
const CONDITIONS = ["moddable", "import", "default"];

/** Extensions that mcconfig adds to the path of a module. */
const MODULE_EXTENSIONS = ["", ".js", ".c", ".d.ts"];

export interface Manifest {
  include?: string | string[];
  creation?: object;
  config?: object;
  modules?: Record<string, string | string[]>;
  preload?: string | string[];
  platforms?: Record<string, Manifest>;
}

type Target = string | null | { readonly [condition: string]: Target };

/** What mcconfig would build. */
export interface Build {
  /** Files of JavaScript, by the names of their modules. A file that re-exports another one for mcpack is not there. */
  readonly modules: ReadonlyMap<string, string>;
  /** Modules that re-export another module under a second name, with that module's name. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly preloads: readonly string[];
  readonly manifests: readonly Manifest[];
}

export function list<Item>(items: Item | Item[] | undefined): Item[] {
  return items === undefined ? [] : Array.isArray(items) ? items : [items];
}

/**
 * @returns the file that an import of `lockstep-tftp` or `lockstep-tftp/…` leads to, or undefined if it is not exported.
 */
export function exportedFile(packageFolder: string, specifier: string): string | undefined {
  const { name, exports } = JSON.parse(readFileSync(path.join(packageFolder, "package.json"), "utf8"));
  const found = resolveTarget((exports as Record<string, Target>)[`.${specifier.slice(name.length)}`]);
  return found === undefined ? undefined : path.join(packageFolder, found);
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

function resolveTarget(target: Target | undefined): string | undefined {
  if (typeof target !== "object" || target === null) {
    return target ?? undefined;
  }
  for (const [condition, value] of Object.entries(target)) {
    const found = CONDITIONS.includes(condition) ? resolveTarget(value) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Modules that a file of JavaScript imports. */
export function importsOf(file: string): string[] {
  const source = readFileSync(file, "utf8");
  const statements = [...source.matchAll(/^(?:import|export)\b[^;]*?["']([^"']+)["'];/gm)];
  const calls = [...source.matchAll(/\bimport\(\s*["']([^"']+)["']\s*\)/g)];
  return [...statements, ...calls].map((match) => match[1] as string);
}

/**
 * Builds an app that imports `specifiers` and includes `manifests` in its own.
 *
 * @param platform as after `-p`, without its subplatform.
 */
export function build(packageFolder: string, specifiers: string[], manifests: string[], platform: string): Build {
  const merged = new MergedManifests(platform);
  // mcpack puts the package's manifest before the app's, and its own after both.
  for (const manifest of ["manifest.json", ...manifests]) {
    merged.include(path.join(packageFolder, manifest));
  }
  const aliases = new Map<string, string>();
  for (const [specifier, file] of importedFiles(packageFolder, specifiers)) {
    const target = `lockstep-tftp/${path.relative(packageFolder, file).replace(/\.js$/, "")}`;
    merged.add(target, file);
    if (specifier !== target && !merged.modules.has(specifier)) {
      aliases.set(specifier, target);
    }
  }
  const preloads = [...merged.modules.keys(), ...aliases.keys()].filter((name) => merged.isPreloaded(name));
  return { modules: merged.modules, aliases, preloads, manifests: merged.read };
}

/** Modules that the SDK brings to each app, or that the manifest of a module brings. */
const SDK_MODULES = /^(time|timer|Resource|mc\/config|embedded:.*)$/;

/** The name by which XS looks for a module that `importer` imports. */
function moduleName(specifier: string, importer: string): string {
  return specifier.startsWith(".")
    ? path.posix.join(path.posix.dirname(importer), specifier).replace(/\.js$/, "")
    : specifier;
}

/** Checks that every module is there that `entries` and the modules themselves import, and nothing else comes along. */
export function checkBuild(built: Build, entries: readonly string[]): void {
  const names = new Set([...built.modules.keys(), ...built.aliases.keys()]);
  for (const entry of entries) {
    assert.ok(names.has(entry), `no module ${entry}`);
  }
  for (const [alias, name] of built.aliases) {
    assert.ok(names.has(name), `${alias} leads to ${name}, which is not there`);
  }
  for (const [name, file] of built.modules) {
    for (const specifier of importsOf(file)) {
      const wanted = moduleName(specifier, name);
      assert.ok(names.has(wanted) || SDK_MODULES.test(wanted), `${name} imports ${specifier}, which is not there`);
    }
    assert.ok(!importsOf(file).some((specifier) => specifier.startsWith("node:")), name);
  }
  assert.ok(!names.has("main"));
  const configured = built.manifests.flatMap((manifest) => Object.keys(manifest.config ?? {}));
  assert.deepEqual(
    configured.filter((name) => name !== "lockstepTftpChip"),
    [],
  );
}

/** Files of the package that an app takes by importing `specifiers`, with the specifier or the path that led to each. */
function importedFiles(packageFolder: string, specifiers: string[]): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (specifier: string, importer: string | undefined): void => {
    const isOwn = /^lockstep-tftp(\/|$)/.test(specifier);
    if (!isOwn && !specifier.startsWith(".")) {
      return;
    }
    const file = isOwn
      ? exportedFile(packageFolder, specifier)
      : path.resolve(path.dirname(importer as string), specifier);
    if (file === undefined || !isFile(file)) {
      throw new Error(`${specifier}: package path not exported! (imported by ${importer ?? "the app"})`);
    }
    const name = isOwn ? specifier : `lockstep-tftp/${path.relative(packageFolder, file).replace(/\.js$/, "")}`;
    if (!found.has(name)) {
      found.set(name, file);
      for (const imported of importsOf(file)) {
        visit(imported, file);
      }
    }
  };
  for (const specifier of specifiers) {
    visit(specifier, undefined);
  }
  return found;
}

/** The first name of a file wins, and the first file of a name. */
class MergedManifests {
  readonly modules = new Map<string, string>();
  readonly read: Manifest[] = [];
  private readonly files = new Set<string>();
  private readonly manifests = new Set<string>();
  private readonly patterns: string[] = [];

  constructor(private readonly platform: string) {}

  include(file: string): void {
    if (this.manifests.has(file)) {
      return;
    }
    this.manifests.add(file);
    const manifest: Manifest = JSON.parse(readFileSync(file, "utf8"));
    const ofPlatform = manifest.platforms?.[this.platform] ?? manifest.platforms?.["..."] ?? {};
    for (const part of [manifest, ofPlatform]) {
      for (const name of list(part.include).filter((included) => included.startsWith("."))) {
        this.include(path.resolve(path.dirname(file), name.replace("$(ESP32_SUBCLASS)", "esp32")));
      }
    }
    for (const part of [manifest, ofPlatform]) {
      this.read.push(part);
      this.patterns.push(...list(part.preload));
      for (const [name, sources] of Object.entries(part.modules ?? {})) {
        for (const source of list(sources).filter((text) => name !== "~" && text.startsWith("."))) {
          this.addSource(name === "*" ? path.basename(source) : name, path.resolve(path.dirname(file), source));
        }
      }
    }
  }

  add(name: string, file: string): void {
    const real = realpathSync(file);
    if (!this.files.has(real)) {
      this.files.add(real);
      if (!this.modules.has(name)) {
        this.modules.set(name, real);
      }
    }
  }

  isPreloaded(name: string): boolean {
    return this.patterns.some((pattern) =>
      pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
    );
  }

  private addSource(name: string, source: string): void {
    const found = MODULE_EXTENSIONS.map((extension) => source + extension).find(isFile);
    if (found === undefined) {
      throw new Error(`no modules match: ${source}`);
    }
    if (found.endsWith(".js")) {
      this.add(name, found);
    }
  }
}
