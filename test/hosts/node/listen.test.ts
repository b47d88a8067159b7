/** Arguments of `listen`, which override the options `port` and `host`. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TftpServer, type TftpServerOptions } from "lockstep-tftp";
import { freePort } from "../../support/free-port.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

function serverFor(t: TestContext, options: TftpServerOptions = {}): TftpServer {
  const server = new TftpServer({ root: temporaryFolder(t), ...options });
  t.after(() => server.close());
  return server;
}

test("listen takes a port and a host in place of the options", async (t) => {
  const port = await freePort();
  const server = serverFor(t, { port: 1, host: "127.0.0.3" });
  await server.listen(port, "127.0.0.2");
  assert.deepEqual(server.addresses, [{ address: "127.0.0.2", port }]);
});

test("listen with a port only keeps the option host", async (t) => {
  const server = serverFor(t, { port: 1, host: "127.0.0.3" });
  await server.listen(0);
  assert.equal(server.addresses.length, 1);
  assert.equal(server.addresses[0]?.address, "127.0.0.3");
  assert.notEqual(server.addresses[0]?.port, 1);
});

test("listen with a host only keeps the option port", async (t) => {
  const port = await freePort();
  const server = serverFor(t, { port });
  await server.listen(undefined, "127.0.0.1");
  assert.deepEqual(server.addresses, [{ address: "127.0.0.1", port }]);
});

test("listen with null for a host keeps the option host", async (t) => {
  const server = serverFor(t, { host: "127.0.0.3" });
  await server.listen(0, null as never);
  assert.deepEqual(
    server.addresses.map(({ address }) => address),
    ["127.0.0.3"],
  );
});

test("listen takes several hosts", async (t) => {
  const server = serverFor(t);
  await server.listen(0, ["127.0.0.1", "127.0.0.2"]);
  assert.deepEqual(server.addresses.map(({ address }) => address).sort(), ["127.0.0.1", "127.0.0.2"]);
});

for (const [title, words, message] of [
  ["a callback for a port", [() => {}], /^port must be a number from 0 to 65535; it is a function$/],
  ["a text for a port", ["6969"], /^port must be a number from 0 to 65535; it is "6969"$/],
  ["an object for a port", [{ port: 6969 }], /^port must be a number/],
  ["null for a port", [null], /^port must be a number from 0 to 65535; it is null$/],
  ["a number for a host", [0, 127], /^host must be an address, a name or a list of them, or be left out; it is 127$/],
  ["a callback for a host", [0, () => {}], /^host must be an address.*; it is a function$/],
  ["an empty host", [0, ""], /^host must be an address.*; it is ""$/],
  ["an empty list of hosts", [0, []], /^host must be an address.*; it is \[\]$/],
  ["a list with a number for a host", [0, ["127.0.0.1", 7]], /^host must be an address.*7\]$/],
  ["a callback after port and host", [0, "127.0.0.1", () => {}], /takes no callback/],
] as const) {
  test(`listen rejects ${title} with a TypeError`, async (t) => {
    const server = serverFor(t, { host: "127.0.0.1", port: 0 });
    const [port, host, ...others] = words as unknown as Parameters<TftpServer["listen"]>;
    await assert.rejects(server.listen(port, host, ...others), { name: "TypeError", message });
    assert.deepEqual(server.addresses, []);
    await server.listen();
    assert.equal(server.addresses.length, 1, "the server can still be started");
  });
}

for (const port of [-1, 65_536, 1.5, Number.NaN]) {
  test(`listen rejects the port ${port} with a RangeError`, async (t) => {
    await assert.rejects(serverFor(t).listen(port, "127.0.0.1"), RangeError);
  });
}

test("inheritedSockets that is no list of descriptors is refused, and not passed over", (t) => {
  for (const inheritedSockets of [3, "3", [-1], [1.5], ["3"]] as never[]) {
    assert.throws(() => serverFor(t, { inheritedSockets }), {
      name: "TypeError",
      message: /^inheritedSockets must be a list/,
    });
  }
});
