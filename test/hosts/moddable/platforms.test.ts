/** What mcconfig builds for each platform: the UDP module, the window, and the file system's settings. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ResolvedManifest } from "./resolved-manifest.js";

const BOARD = "hosts/moddable";
const SERVER = `${BOARD}/manifest_server.json`;
const FIRMWARE = `${BOARD}/manifest_firmware.json`;
const SDK_UDP = `${BOARD}/manifest_sdk_udp.json`;
const NATIVE = `${BOARD}/native`;

/** Platforms as after `-p`, with the chip that the SDK's manifest of the board names. */
const CHIPS = [
  ["esp32", "esp32"],
  ["esp32/wt32_eth01", "esp32"],
  ["esp32/ethernet_kit", "esp32"],
  ["esp32/m5stack_fire", "esp32"],
  ["esp32/esp32c3", "esp32c3"],
  ["esp32/xiao_esp32c3", "esp32c3"],
  ["esp32/esp32c6", "esp32c6"],
  ["esp32/esp32s3", "esp32s3"],
  ["esp32/moddable_six", "esp32s3"],
  ["esp32/saola_wroom", "esp32s2"],
] as const;

const OWN_UDP = "lockstep-tftp/udp";
const SDK_UDP_NAME = "embedded:io/socket/udp";

/** Copies blocks of the image. */
const COPY = "lockstep-tftp/copy";

/** The C that the builds for a platform have for UDP, by base names. */
const OWN_SOURCES: Readonly<Record<string, string[]>> = {
  esp32: ["lockstep-udp-messages", "lockstep-udp-lwip", "lockstep-udp-groups", "lockstep-udp-address"],
  lin: ["lockstep-udp-messages", "lockstep-udp-posix", "lockstep-readiness-glib"],
};

function ownSources({ modules }: ResolvedManifest): string[] {
  return [...modules.keys()].filter((name) => name.startsWith(NATIVE)).map((name) => path.basename(name));
}

for (const [platform, chip] of [...CHIPS, ["lin", "esp32"] as const]) {
  test(`the project's own UDP is built for ${platform}, and the SDK's is not`, () => {
    for (const file of [SERVER, FIRMWARE]) {
      const build = new ResolvedManifest(platform, chip, file);
      assert.equal(build.modules.get(OWN_UDP), `${NATIVE}/lockstep-udp`);
      assert.ok(build.preloads.includes(OWN_UDP));
      assert.deepEqual(ownSources(build), OWN_SOURCES[platform.replace(/\/.*/, "")]);
      assert.equal(build.modules.has(SDK_UDP_NAME), false);
    }
  });

  test(`one manifest puts the SDK's UDP in its place for ${platform}`, () => {
    const build = new ResolvedManifest(platform, chip, SERVER, SDK_UDP);
    const folder = platform === "lin" ? "lin" : "lwip";
    assert.equal(build.modules.get(SDK_UDP_NAME), `$(MODDABLE)/modules/io/socket/${folder}/udp`);
    assert.ok(build.preloads.includes(SDK_UDP_NAME));
    assert.equal(build.modules.has(OWN_UDP), false);
    assert.deepEqual(ownSources(build), []);
  });
}

for (const platform of ["mac", "win"]) {
  test(`on ${platform} the SDK's UDP has both names, so that an app for boards runs there too`, () => {
    const { modules, preloads } = new ResolvedManifest(platform, "esp32", SERVER);
    assert.equal(modules.get(SDK_UDP_NAME), `$(MODDABLE)/modules/io/socket/${platform}/udp`);
    const source = readFileSync(`${modules.get(OWN_UDP)}.js`, "utf8");
    assert.match(source, /^export \{ default \} from "embedded:io\/socket\/udp";$/m);
    assert.ok(preloads.includes(SDK_UDP_NAME) && preloads.includes(OWN_UDP));
  });
}

test("blocks of the image are copied in C on ESP32 and Linux, and by JavaScript elsewhere", () => {
  for (const [platform, name] of [
    ...CHIPS.map(([board]) => [board, "lockstep-copy"] as const),
    ["lin", "lockstep-copy"],
    ["mac", "lockstep-copy-by-view"],
    ["win", "lockstep-copy-by-view"],
  ] as const) {
    for (const files of [[SERVER], [FIRMWARE], [SERVER, SDK_UDP]]) {
      const { modules, preloads } = new ResolvedManifest(platform, "esp32", ...files);
      assert.equal(modules.get(COPY), `${NATIVE}/${name}`);
      assert.ok(preloads.includes(COPY));
    }
  }
});

// make keeps an object whose name it knows, wherever its source is now, and the SDK's archive keeps old objects.
test("the project's files in C and their functions have names that the SDK has not", () => {
  const names = readdirSync(NATIVE);
  assert.deepEqual(
    names.filter((name) => !name.startsWith("lockstep-")),
    [],
  );
  const sources = names.filter((name) => name.endsWith(".js")).map((name) => readFileSync(`${NATIVE}/${name}`, "utf8"));
  const functions = [...sources.join().matchAll(/[Nn]ative\("(\w+)"\)/g)];
  assert.ok(functions.length > 9);
  assert.deepEqual(
    functions.map(([, name = ""]) => name).filter((name) => !name.startsWith("lockstep_")),
    [],
  );
});

for (const [platform, chip] of CHIPS) {
  test(`on ${platform} a window fits into the receive buffers of the driver`, () => {
    const expected = chip === "esp32" ? 8 : 4;
    for (const file of [SERVER, FIRMWARE]) {
      const { config, sdkManifests } = new ResolvedManifest(platform, chip, file);
      assert.deepEqual(config, { lockstepTftpChip: { maxWindowSize: expected } });
      // It includes the board's manifest, which names the chip.
      assert.equal(sdkManifests[0], "$(MODDABLE)/examples/manifest_base.json");
    }
  });
}

test("the simulator has no limit of a chip", () => {
  for (const platform of ["lin", "mac", "win"]) {
    assert.deepEqual(new ResolvedManifest(platform, "esp32", SERVER).config, {});
  }
});

test("each chip for which there are boards with a network has a manifest", () => {
  for (const chip of new Set(CHIPS.map(([, name]) => name))) {
    assert.ok(existsSync(`${BOARD}/manifest_chip_${chip}.json`), chip);
  }
});
test("the firmware gives littlefs a cache as large as a block", () => {
  const { defines } = new ResolvedManifest("esp32", "esp32", FIRMWARE);
  assert.deepEqual(defines, { file: { lfs: { cache_size: 512, lookahead_size: 64 } } });
});
