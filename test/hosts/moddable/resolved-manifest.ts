/** Merges manifests as mcconfig does for one platform, without the SDK: what is under `$(MODDABLE)` is named, not read. */
import { readFileSync } from "node:fs";
import path from "node:path";

/** The part of a manifest that the tests look at. */
export interface Manifest {
  include?: string | string[];
  creation?: { stack: number };
  modules?: Record<string, string | string[]>;
  preload?: string | string[];
  config?: Record<string, unknown>;
  defines?: Record<string, unknown>;
  data?: Record<string, string | string[]>;
  ffi?: { sources?: string[]; functions: Record<string, { arguments: string[]; returns: string }> };
  build?: Record<string, string>;
  platforms?: Record<string, Manifest>;
}

export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, "utf8"));
}

export function list<Item>(items: Item | Item[] | undefined): Item[] {
  return items === undefined ? [] : Array.isArray(items) ? items : [items];
}

/** What mcconfig would build. */
export class ResolvedManifest {
  /** Manifests of the SDK, in the order in which they are included. */
  readonly sdkManifests: string[] = [];
  /** Sources by module names; those under `*`, which are C mostly, by their paths. */
  readonly modules = new Map<string, string>();
  readonly preloads: string[] = [];
  readonly config: Record<string, unknown> = {};
  readonly defines: Record<string, unknown> = {};
  private readonly left: string[] = [];
  private readonly included = new Set<string>();

  /**
   * @param platform as after `-p`: `esp32`, `esp32/esp32c3`, `lin`.
   * @param chip `ESP32_SUBCLASS`, which the SDK's manifest of a board sets.
   */
  constructor(
    private readonly platform: string,
    private readonly chip: string,
    ...files: string[]
  ) {
    for (const file of files) {
      this.include(file);
    }
    for (const [name, source] of this.modules) {
      if (this.left.includes(source)) {
        this.modules.delete(name);
      }
    }
  }

  private include(file: string): void {
    if (this.included.has(file)) {
      return;
    }
    this.included.add(file);
    const manifest = readManifest(file);
    const parts = [manifest, this.platformPart(manifest)];
    for (const name of parts.flatMap((part) => list(part.include))) {
      const known = name.replace("$(ESP32_SUBCLASS)", this.chip);
      if (known.startsWith("$(MODDABLE)/")) {
        this.sdkManifests.push(known);
      } else {
        this.include(path.join(path.dirname(file), known));
      }
    }
    for (const part of parts) {
      this.merge(part, path.dirname(file));
    }
  }

  private platformPart({ platforms = {} }: Manifest): Manifest {
    return platforms[this.platform] ?? platforms[this.platform.replace(/\/.*/, "")] ?? platforms["..."] ?? {};
  }

  private merge({ modules = {}, preload, config = {}, defines = {} }: Manifest, folder: string): void {
    for (const [name, sources] of Object.entries(modules)) {
      for (const source of list(sources).map((each) => (each.startsWith(".") ? path.join(folder, each) : each))) {
        if (name === "~") {
          this.left.push(source);
        } else {
          // A second source of a name has its types.
          const target = name === "*" ? source : name;
          this.modules.set(target, this.modules.get(target) ?? source);
        }
      }
    }
    this.preloads.push(...list(preload));
    Object.assign(this.config, config);
    Object.assign(this.defines, defines);
  }
}
