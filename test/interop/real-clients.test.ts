/**
 * Common clients against the Node server: special sizes, in both directions, compared byte for byte. They are Debian's
 * packages tftp-hpa, atftp, curl and busybox.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { TftpServer, TftpServerOptions } from "lockstep-tftp";
import { SeededRandom } from "lockstep-tftp/simulated";
import { hasProgram, run } from "../support/program.js";
import { seededBytes } from "../support/seed.js";
import { serving } from "../support/serving.js";
import { temporaryFolder } from "../support/temporary-folder.js";

interface Place {
  readonly host: string;
  readonly port: number;
}

interface Client {
  readonly program: string;
  /** Arguments of the command line. `extra` are options of this client. */
  get(place: Place, remote: string, local: string, extra: readonly string[]): string[];
  put(place: Place, local: string, remote: string, extra: readonly string[]): string[];
  /** Exit code and output for ERROR 1 (get) and ERROR 2 (put). */
  readonly notFound: RegExp;
  readonly forbidden: RegExp;
}

function curlAddress({ host, port }: Place, remote: string): string {
  return `tftp://${host.includes(":") ? `[${host}]` : host}:${port}/${remote}`;
}

const CURL: Client = {
  program: "curl",
  notFound: /^68 /,
  forbidden: /^69 /,
  get: (place, remote, local, extra) => ["-sS", ...extra, "-o", local, curlAddress(place, remote)],
  put: (place, local, remote, extra) => ["-sS", ...extra, "-T", local, curlAddress(place, remote)],
};

const TFTP_HPA: Client = {
  program: "tftp",
  notFound: /File not found/,
  forbidden: /Access violation/,
  get: ({ host, port }, remote, local, extra) => [host, String(port), ...octetOr(extra), "-c", "get", remote, local],
  put: ({ host, port }, local, remote, extra) => [host, String(port), ...octetOr(extra), "-c", "put", local, remote],
};

/** By default this client uses netascii. */
function octetOr(extra: readonly string[]): readonly string[] {
  return extra.length > 0 ? extra : ["-m", "octet"];
}

const ATFTP: Client = {
  program: "atftp",
  notFound: /File not found/,
  forbidden: /Access violation/,
  get: ({ host, port }, remote, local, extra) => [...extra, "--get", "-r", remote, "-l", local, host, String(port)],
  put: ({ host, port }, local, remote, extra) => [...extra, "--put", "-l", local, "-r", remote, host, String(port)],
};

const BUSYBOX: Client = {
  program: "busybox",
  notFound: /File not found/,
  forbidden: /Access violation/,
  get: ({ host, port }, remote, local, extra) => [
    "tftp",
    ...extra,
    "-g",
    "-r",
    remote,
    "-l",
    local,
    host,
    String(port),
  ],
  put: ({ host, port }, local, remote, extra) => [
    "tftp",
    ...extra,
    "-p",
    "-l",
    local,
    "-r",
    remote,
    host,
    String(port),
  ],
};

const CLIENTS = [CURL, TFTP_HPA, ATFTP, BUSYBOX];

function unlessInstalled({ program }: Client): string | false {
  return hasProgram(program) ? false : `${program} is not installed`;
}

/** A server with its folder, and a folder for the files of the client. */
class Bench {
  private constructor(
    private readonly root: string,
    private readonly folder: string,
    private readonly place: Place,
    readonly server: TftpServer,
  ) {}

  static async open(test: TestContext, options: TftpServerOptions = {}, host = "127.0.0.1"): Promise<Bench> {
    const root = temporaryFolder(test);
    const { server, port } = await serving(test, { root, write: "overwrite", host, ...options });
    return new Bench(root, temporaryFolder(test), { host, port }, server);
  }

  /** Lets the client fetch a file of this content. Returns the fetched content. */
  async get(client: Client, content: Buffer, ...extra: string[]): Promise<Buffer> {
    const local = path.join(this.folder, "fetched");
    rmSync(local, { force: true });
    writeFileSync(path.join(this.root, "file"), content);
    await this.run(client, client.get(this.place, "file", local, extra));
    return readFileSync(local);
  }

  /** Lets the client put a file of this content. Returns the content on the server. */
  async put(client: Client, content: Buffer, ...extra: string[]): Promise<Buffer> {
    const local = path.join(this.folder, "to put");
    rmSync(path.join(this.root, "file"), { force: true });
    writeFileSync(local, content);
    await this.run(client, client.put(this.place, local, "file", extra));
    return readFileSync(path.join(this.root, "file"));
  }

  private async run({ program }: Client, args: string[]): Promise<void> {
    const { code, signal, stdout, stderr } = await run(program, args);
    assert.deepEqual({ code, signal }, { code: 0, signal: null }, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  }
}

function assertSame(got: Buffer, wanted: Buffer, what: string): void {
  assert.equal(got.length, wanted.length, what);
  const hash = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
  assert.equal(hash(got), hash(wanted), what);
}

/** Empty, less than a block, around a block, and 3 MiB with an odd remainder. */
const SIZES_BYTES = [0, 1, 511, 512, 513, 3 * 1024 * 1024 + 17];

for (const client of CLIENTS) {
  describe(client.program, () => {
    const skip = unlessInstalled(client);

    test(`${client.program} fetches files of every special size`, { skip }, async (t) => {
      const bench = await Bench.open(t);
      for (const size of SIZES_BYTES) {
        const content = seededBytes(size, size);
        assertSame(await bench.get(client, content), content, `${size} bytes`);
      }
    });

    test(`${client.program} puts files of every special size`, { skip }, async (t) => {
      const bench = await Bench.open(t);
      for (const size of SIZES_BYTES) {
        const content = seededBytes(size, size);
        assertSame(await bench.put(client, content), content, `${size} bytes`);
      }
    });

    for (const [what, options, host] of [
      ["over IPv6", {}, "::1"],
      ["with all transfers on one port", { singlePort: true }, "127.0.0.1"],
      ["with all transfers on one port, over IPv6", { singlePort: true }, "::1"],
    ] as const) {
      test(`${client.program} fetches and puts ${what}`, { skip }, async (t) => {
        const bench = await Bench.open(t, options, host);
        const content = seededBytes(1, 100_000);
        assertSame(await bench.get(client, content), content, "fetched");
        assertSame(await bench.put(client, content), content, "put");
      });
    }
  });
}

describe("a file of more than 65,535 blocks", () => {
  const CONTENT = seededBytes(1, 65_537 * 512 + 100);

  for (const client of [CURL, BUSYBOX]) {
    test(`${client.program} fetches and puts a file of more than 65,535 blocks`, {
      skip: unlessInstalled(client),
    }, async (t) => {
      const bench = await Bench.open(t);
      assertSame(await bench.get(client, CONTENT), CONTENT, "fetched");
      assertSame(await bench.put(client, CONTENT), CONTENT, "put");
    });
  }
});

describe("netascii", () => {
  /** A mixture of line ends, so that pairs fall on block boundaries. */
  const TEXT = textWithLineEnds(20_000);
  /** The text on the wire (RFC 764). */
  const ON_THE_WIRE = Buffer.from(
    TEXT.toString("latin1").replace(/[\r\n]/g, (end) => (end === "\n" ? "\r\n" : "\r\0")),
    "latin1",
  );

  test("tftp and the server translate netascii in both directions", { skip: unlessInstalled(TFTP_HPA) }, async (t) => {
    const bench = await Bench.open(t);
    assertSame(await bench.get(TFTP_HPA, TEXT, "-m", "netascii"), TEXT, "fetched");
    assertSame(await bench.put(TFTP_HPA, TEXT, "-m", "netascii"), TEXT, "put");
  });

  test("curl, which does not translate netascii, shows the text on the wire", {
    skip: unlessInstalled(CURL),
  }, async (t) => {
    const bench = await Bench.open(t);
    const netascii: Client = {
      ...CURL,
      get: (...args) => CURL.get(...args).map(withMode),
      put: (...args) => CURL.put(...args).map(withMode),
    };
    assertSame(await bench.get(netascii, TEXT), ON_THE_WIRE, "fetched");
    assertSame(await bench.put(netascii, ON_THE_WIRE), TEXT, "put");
  });

  function withMode(argument: string): string {
    return argument.startsWith("tftp://") ? `${argument};mode=netascii` : argument;
  }

  function textWithLineEnds(length: number): Buffer {
    const random = new SeededRandom(1);
    const characters = ["a", "b", "\n", "\r", "\r\n", "\n\r", "\0"];
    let text = "";
    while (text.length < length) {
      text += random.pick(characters);
    }
    return Buffer.from(text, "latin1");
  }
});

describe("options", () => {
  const CONTENT = seededBytes(1, 100_001);

  const CASES: readonly { client: Client; extra: string[]; blockSizeBytes: number; windowSize: number }[] = [
    { client: CURL, extra: ["--tftp-blksize", "8"], blockSizeBytes: 8, windowSize: 1 },
    { client: CURL, extra: ["--tftp-blksize", "511"], blockSizeBytes: 511, windowSize: 1 },
    { client: CURL, extra: ["--tftp-blksize", "1428"], blockSizeBytes: 512, windowSize: 1 },
    { client: CURL, extra: ["--tftp-no-options"], blockSizeBytes: 512, windowSize: 1 },
    { client: ATFTP, extra: ["--option", "blksize 100"], blockSizeBytes: 100, windowSize: 1 },
    { client: ATFTP, extra: ["--option", "blksize 1428"], blockSizeBytes: 512, windowSize: 1 },
    { client: ATFTP, extra: ["--option", "windowsize 8"], blockSizeBytes: 512, windowSize: 8 },
    {
      client: ATFTP,
      extra: ["--option", "tsize 0", "--option", "timeout 3", "--option", "blksize 64", "--option", "windowsize 100"],
      blockSizeBytes: 64,
      windowSize: 64,
    },
    { client: BUSYBOX, extra: ["-b", "300"], blockSizeBytes: 300, windowSize: 1 },
    { client: BUSYBOX, extra: ["-b", "1428"], blockSizeBytes: 512, windowSize: 1 },
  ];

  for (const { client, extra, blockSizeBytes, windowSize } of CASES) {
    test(`${client.program} ${extra.join(" ")} negotiates blksize ${blockSizeBytes}, windowsize ${windowSize}`, {
      skip: unlessInstalled(client),
    }, async (t) => {
      const bench = await Bench.open(t);
      const agreed: object[] = [];
      bench.server.on("started", (transfer) => {
        agreed.push({ blockSizeBytes: transfer.blockSizeBytes, windowSize: transfer.windowSize });
      });
      assertSame(await bench.get(client, CONTENT, ...extra), CONTENT, "fetched");
      assertSame(await bench.put(client, CONTENT, ...extra), CONTENT, "put");
      assert.deepEqual(agreed, [
        { blockSizeBytes, windowSize },
        { blockSizeBytes, windowSize },
      ]);
    });
  }
});

describe("a missing file, and a forbidden upload", () => {
  for (const client of CLIENTS) {
    test(`${client.program} reports a missing file and a forbidden upload at once`, {
      skip: unlessInstalled(client),
    }, async (t) => {
      const folder = temporaryFolder(t);
      const { port } = await serving(t, { root: folder });
      const place = { host: "127.0.0.1", port };
      const local = path.join(folder, "local");
      writeFileSync(local, "content");
      for (const [args, expected] of [
        [client.get(place, "missing", `${local} fetched`, []), client.notFound],
        [client.put(place, local, "new", []), client.forbidden],
      ] as const) {
        const { code, stdout, stderr } = await run(client.program, args);
        assert.match(`${code} ${stdout}${stderr}`, expected, args.join(" "));
      }
    });
  }
});
