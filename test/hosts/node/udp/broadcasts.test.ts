/** Requests to broadcast and multicast addresses, and such addresses in place of a host. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { get, put, TftpError, TftpServer } from "lockstep-tftp";
import { runInNamespace, UNLESS_NAMESPACES } from "../../../support/network-namespace.js";
import { script } from "../../../support/program.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

test("a broadcast is ignored and told, or answered from the address in the client's network", {
  skip: UNLESS_NAMESPACES,
}, async () => {
  const { code, stderr } = await runInNamespace(script("./broadcasts-scenario.js", import.meta.url));
  assert.equal(code, 0, stderr);
});

const ADDRESSES = [
  ["255.255.255.255", "the broadcast address"],
  ["127.255.255.255", "the broadcast address of the network of 127.0.0.1/8"],
  ["224.0.0.1", "a multicast address"],
  ["239.255.0.1", "a multicast address"],
  ["ff02::1", "a multicast address"],
  ["FF05::1", "a multicast address"],
] as const;

describe("no server listens on an address of many machines", () => {
  for (const [host, kind] of ADDRESSES) {
    test(`a server does not listen on ${host}`, async (t) => {
      const server = new TftpServer({ root: temporaryFolder(t), port: 0, host: ["127.0.0.1", host] });
      await assert.rejects(server.listen(), (error: Error) => {
        assert.ok(error instanceof RangeError);
        assert.ok(error.message.startsWith(`host is ${host}, ${kind}, from which no answer can come; give an address`));
        return true;
      });
      assert.deepEqual(server.addresses, []);
    });
  }
});

describe("no file comes from or goes to an address of many machines", () => {
  for (const [host, kind] of ADDRESSES) {
    const url = host.includes(":") ? `tftp://[${host}]/file` : `tftp://${host}/file`;
    for (const [verb, transfer] of [
      ["get", () => get(url)],
      ["put", () => put(Buffer.from("text"), url)],
    ] as const) {
      test(`${verb} refuses ${host}`, async () => {
        await assert.rejects(transfer(), (error) => {
          assert.ok(error instanceof TftpError);
          assert.equal(error.code, "unreachable");
          assert.ok(error.message.toLowerCase().includes(`${host} is ${kind}, which`.toLowerCase()), error.message);
          return true;
        });
      });
    }
  }
});

test("the option answerBroadcast is a boolean", (t) => {
  const answerBroadcast = "false" as unknown as boolean;
  assert.throws(() => new TftpServer({ root: temporaryFolder(t), answerBroadcast }), TypeError);
});
