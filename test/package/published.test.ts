/** The package as `npm pack` makes it and as `npm install` puts it into a project. */
import assert from "node:assert/strict";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { CLI, PROJECT, run } from "../support/program.js";
import { ServerProcess } from "../support/server-process.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const CONSUMER = path.join(PROJECT, "test/package/consumer");
const MODULES = path.join(PROJECT, "node_modules");
const TSC = path.join(MODULES, "typescript/bin/tsc");

/** Files that npm puts into every package, and those that this package adds. */
const PUBLISHED_PLACES = [
  /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|manifest(_firmware)?\.json)$/,
  /^dist\/(core\.js|dhcp\.(js|d\.ts)|engine(\/client)?\.(js|d\.ts))$/,
  /^dist\/(node|simulated|moddable|command)\/[a-z-]+\.(c?js|d\.ts)$/,
  /^dist\/moddable\/typings\/[a-z]+\.d\.ts$/,
  /^dist\/status\/status-page\.html\.gz$/,
  /^dist\/man\/lockstep-tftp\.1$/,
  /^dist\/firmware\/(files\.json|files\.tar|manifest\.json)$/,
  /^hosts\/moddable\/(manifest_|flash_)[a-z0-9_]+\.json$/,
  /^hosts\/moddable\/flash\/\d+mb\/(partitions\.csv|sdkconfig\.defaults(\.release)?)$/,
  /^hosts\/moddable\/mcpack\/core\.js$/,
  /^hosts\/moddable\/native\/[a-z-]+\.(c|h|js)$/,
  /^examples\//,
  /^docs\/[a-z-]+\.md$/i,
];

/** Strict settings, without any that hides errors in declarations. */
const STRICT = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true, target: "ES2022" };
const RESOLUTIONS = {
  nodenext: { module: "NodeNext", moduleResolution: "NodeNext" },
  bundler: { module: "ESNext", moduleResolution: "Bundler" },
};

const BOARD_IMPORT = /from "lockstep-tftp\/(server|client|dhcp-server)"/;

/** Without this `node --test` inside a test run does nothing and succeeds. */
const OWN_RUN = { NODE_TEST_CONTEXT: undefined };

interface Tarball {
  readonly path: string;
  readonly files: readonly string[];
}

async function pack(folder: string): Promise<Tarball> {
  // Without scripts, since `prepack` would rebuild `dist/` under the other tests if a source had changed.
  const words = ["pack", "--ignore-scripts", "--json", "--pack-destination", folder];
  const { code, stdout, stderr } = await run("npm", words, { cwd: PROJECT });
  assert.equal(code, 0, stderr);
  const [{ filename, files }] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
  return { path: path.join(folder, filename), files: files.map((file) => file.path) };
}

/** Packages that npm fetches with this one: its dependencies and theirs. */
function runtimeDependencies(): string[] {
  const { packages } = JSON.parse(readFileSync(path.join(PROJECT, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: true; optional?: true }>;
  };
  return Object.keys(packages).filter((place) => place !== "" && !packages[place]?.dev && !packages[place]?.optional);
}

/** Installs the package without a network: its dependencies come from this project's modules. */
async function install(project: string, tarball: Tarball, modules: readonly string[]): Promise<void> {
  writeFileSync(path.join(project, "package.json"), JSON.stringify({ type: "module", private: true }));
  const others = [...runtimeDependencies(), ...modules].map((place) => path.join(PROJECT, place));
  const quietly = ["--no-audit", "--no-fund", "--ignore-scripts"];
  const words = ["install", "--offline", "--install-links", ...quietly, tarball.path, ...others];
  const { code, stderr } = await run("npm", words, { cwd: project });
  assert.equal(code, 0, stderr);
}

async function compile(project: string, files: readonly string[], compilerOptions: object): Promise<void> {
  for (const file of files) {
    copyFileSync(path.join(CONSUMER, file), path.join(project, file));
  }
  await compileWritten(project, files, compilerOptions);
}

async function compileWritten(project: string, files: readonly string[], compilerOptions: object): Promise<void> {
  writeFileSync(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const { code, stdout } = await run(process.execPath, [TSC, "-p", "."], { cwd: project });
  assert.equal(code, 0, stdout);
}

/** Writes the whole apps of the pages into files. Returns their names. */
function shownApps(project: string): string[] {
  const files: string[] = [];
  for (const page of ["boot", "board-app"]) {
    const text = readFileSync(path.join(PROJECT, `docs/${page}.md`), "utf8");
    const blocks = [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)].map(([, code]) => code as string);
    for (const code of blocks.filter((block) => BOARD_IMPORT.test(block))) {
      const file = `shown-${page}-${files.length}.ts`;
      writeFileSync(path.join(project, file), code);
      files.push(file);
    }
  }
  assert.ok(files.length > 2, files.join());
  return files;
}

test("the built command is executable, so that a globally installed clone survives a build", () => {
  assert.equal(statSync(CLI).mode & 0o777, 0o755);
});

test("a second build finds dist/ current and does nothing", async () => {
  const { code, stderr } = await run(process.execPath, ["scripts/build.js", "--check"], { cwd: PROJECT });
  assert.equal(code, 0, stderr);
});

for (const folder of [".", "test/xs", "bench/peers/npm-tftp"]) {
  test(`the lock file of ${folder} has a hash for each package and names no registry`, () => {
    const { packages } = JSON.parse(readFileSync(path.join(PROJECT, folder, "package-lock.json"), "utf8")) as {
      packages: Record<string, { integrity?: string; resolved?: string }>;
    };
    const { "": _root, ...others } = packages;
    for (const [place, { integrity, resolved }] of Object.entries(others)) {
      assert.match(integrity ?? "", /^sha512-/, place);
      assert.equal(resolved, undefined, place);
    }
  });
}

describe("the published package", () => {
  const folder = temporaryFolder({ after });
  let tarball: Tarball;

  before(async () => {
    tarball = await pack(folder);
  });

  test("has only files that its users need", () => {
    const stray = tarball.files.filter((file) => !PUBLISHED_PLACES.some((place) => place.test(file)));
    assert.deepEqual(stray, []);
  });

  test("has the manual page that its description names", () => {
    const { man } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
    assert.deepEqual(
      man.filter((page: string) => !tarball.files.includes(path.posix.normalize(page))),
      [],
    );
  });

  test("passes publint", async () => {
    const { code, stdout } = await run(path.join(MODULES, ".bin/publint"), [tarball.path, "--strict"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /All good/);
  });

  test("has types that each kind of module resolution finds", async () => {
    const words = [tarball.path, "--profile", "esm-only", "--no-definitely-typed", "--format", "ascii"];
    const { code, stdout } = await run(path.join(MODULES, ".bin/attw"), words);
    assert.equal(code, 0, stdout);
    for (const entry of [
      "lockstep-tftp",
      "lockstep-tftp/engine",
      "lockstep-tftp/engine/client",
      "lockstep-tftp/server",
      "lockstep-tftp/client",
      "lockstep-tftp/storage",
      "lockstep-tftp/templates",
      "lockstep-tftp/status-page",
      "lockstep-tftp/dhcp",
      "lockstep-tftp/dhcp-server",
      "lockstep-tftp/node/dhcp-server",
      "lockstep-tftp/simulated",
    ]) {
      assert.ok(stdout.includes(`"${entry}"`), entry);
    }
  });

  test("has a README whose links lead to files of the package", () => {
    const readme = readFileSync(path.join(PROJECT, "README.md"), "utf8");
    const linked = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target as string);
    // A page and pictures for readers of the repository.
    const targets = linked.filter((target) => target !== "CONTRIBUTING.md" && !target.startsWith("pictures/"));
    assert.ok(targets.length > 0);
    for (const target of targets) {
      assert.ok(tarball.files.includes(target), target);
    }
  });

  test("runs no script when it is installed", async () => {
    const { scripts } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
    // npm 11 warns of any of these in a tarball, though it runs `prepare` in a clone only.
    for (const event of ["preinstall", "install", "postinstall", "prepare"]) {
      assert.equal(scripts[event], undefined, event);
    }
    assert.ok(!tarball.files.includes("binding.gyp"), "npm would compile it");
  });

  describe("in a project without any types", () => {
    const project = temporaryFolder({ after });

    before(() => install(project, tarball, []));

    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      test(`compiles tests of a firmware, resolution ${name}`, async () => {
        await compile(project, ["firmware-test.ts"], { ...STRICT, ...resolution, lib: ["ES2022"], types: [] });
      });
    }

    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      test(`compiles an app for a board, resolution ${name}`, async () => {
        await compile(project, ["firmware.ts"], { ...STRICT, ...resolution, lib: ["ES2022"], types: [] });
        const types = ["lockstep-tftp/typings"];
        await compile(project, ["board-app.ts"], { ...STRICT, ...resolution, lib: ["ES2022"], types });
      });
    }

    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      test(`compiles the apps for a board that the pages show, resolution ${name}`, async () => {
        const types = ["lockstep-tftp/typings"];
        const compilerOptions = { ...STRICT, ...resolution, lib: ["ES2022"], types };
        await compileWritten(project, shownApps(project), compilerOptions);
      });
    }

    test("serves plain JavaScript", async () => {
      await compile(project, ["firmware-test.ts"], { ...STRICT, ...RESOLUTIONS.nodenext, lib: ["ES2022"], types: [] });
      copyFileSync(path.join(CONSUMER, "plain.js"), path.join(project, "plain.js"));
      const { code, stdout, stderr } = await run(process.execPath, ["plain.js"], { cwd: project });
      assert.equal(code, 0, stderr);
      const said = { addresses: 1, fetched: ["Hello", "Hello"], endsWell: true, asks: true, neverIs: "Infinity" };
      assert.deepEqual(JSON.parse(stdout), said);
    });

    test("has a command that serves", async (t) => {
      const command = path.join(project, "node_modules/.bin/lockstep-tftp");
      const { version } = JSON.parse(readFileSync(path.join(PROJECT, "package.json"), "utf8"));
      assert.equal((await run(command, ["--version"])).stdout, `${version}\n`);
      const server = await ServerProcess.start(t, [project], { command });
      server.signal("SIGTERM");
      assert.equal((await server.ended).code, 0);
    });

    test("has a command that puts files into the firmware of a board, whose manifests it finds", async () => {
      const command = path.join(project, "node_modules/.bin/lockstep-tftp-add-files");
      const { code, stdout } = await run(command, ["node_modules/lockstep-tftp/examples/files"], { cwd: project });
      assert.equal(code, 0, stdout);
      const { include } = JSON.parse(readFileSync(path.join(project, "firmware/manifest.json"), "utf8"));
      assert.deepEqual(include, [
        "./files.json",
        "../node_modules/lockstep-tftp/hosts/moddable/manifest_firmware.json",
      ]);
    });

    test("has each file and module that the Moddable SDK looks for in it", async () => {
      const tests = ["hosts/moddable/manifests", "package/mcpack"];
      const files = tests.map((name) => path.join(PROJECT, `build/test/${name}.test.js`));
      const installed = path.join(project, "node_modules/lockstep-tftp");
      const { code, stdout } = await run(process.execPath, ["--test", ...files], { cwd: installed, env: OWN_RUN });
      assert.equal(code, 0, stdout);
      assert.match(stdout, /^(#|ℹ) pass [1-9]/m);
    });
  });

  describe("in a project with the SDK's types", () => {
    const project = temporaryFolder({ after });

    before(() => install(project, tarball, ["node_modules/@moddable/xs-types"]));

    test("compiles an app for a board, which takes from the package what those types lack", async () => {
      const sdk = "./node_modules/@moddable/typings";
      const places = {
        "embedded:io/*": [`${sdk}/embedded_io/*`],
        "*": [`${sdk}/*`],
      };
      await compile(project, ["board-app.ts"], {
        ...STRICT,
        ...RESOLUTIONS.bundler,
        // The SDK's own declarations have errors.
        skipLibCheck: true,
        lib: ["ES2022"],
        types: [`${sdk}/xs`, "lockstep-tftp/typings/files"],
        paths: places,
      });
    });
  });

  describe("in a project with the types of Node", () => {
    const project = temporaryFolder({ after });

    before(() => install(project, tarball, ["node_modules/@types/node", "node_modules/undici-types"]));

    for (const [name, resolution] of Object.entries(RESOLUTIONS)) {
      test(`compiles and runs a program whose settings name no types, resolution ${name}`, async () => {
        await compile(project, ["program.ts"], { ...STRICT, ...resolution, lib: ["ES2022", "ESNext.Disposable"] });
        const { code, stdout, stderr } = await run(process.execPath, ["program.js"], { cwd: project });
        assert.equal(code, 0, stderr);
        assert.equal(stdout, "Hello, 127.0.0.1\ngreeting: completed\n");
      });
    }
  });
});
