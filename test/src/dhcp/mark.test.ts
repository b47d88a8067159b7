/** The mark that a host keeps in a lease. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BootRule } from "lockstep-tftp/dhcp";
import { DhcpHarness, SERVER } from "../../support/dhcp-harness.js";
import { bits, characters, quad } from "../../support/dhcp-message.js";

const FIRST = "192.168.88.100";
const RELEASE = 7;
const BOOT: readonly BootRule[] = [{ userClass: "iPXE", file: "boot.ipxe" }, { file: "loader" }];
const IPXE = { options: [[77, characters("iPXE")]] } as const;

async function marked(): Promise<{ server: DhcpHarness; mark(): number | undefined }> {
  const server = new DhcpHarness({ rangeEnd: bits(FIRST), boot: BOOT });
  await server.lease();
  const lease = server.engine.leaseOf(bits(FIRST), server.now);
  assert.equal(lease?.mark, 0);
  (lease as { mark: number }).mark = 255;
  return { server, mark: () => server.engine.leaseOf(bits(FIRST), server.now)?.mark };
}

test("a mark stays while the client renews its lease and is told the same file", async () => {
  const { server, mark } = await marked();
  assert.equal(await server.lease(), FIRST);
  assert.equal(mark(), 255);
});

test("a mark is 0 again when the client is told another file", async () => {
  const { server, mark } = await marked();
  await server.receive(IPXE);
  assert.equal(mark(), 0);
});

test("a mark is 0 again when the client gives its address back, and for another client", async () => {
  const { server, mark } = await marked();
  await server.ask(RELEASE, [[54, quad(SERVER)]], { clientAddress: FIRST });
  assert.equal(mark(), undefined);
  assert.equal(await server.lease(), FIRST);
  assert.equal(mark(), 0);
  (server.engine.leaseOf(bits(FIRST), server.now) as { mark: number }).mark = 1;
  await server.pass(3_700_000);
  assert.equal(await server.lease(server.client(2)), FIRST);
  assert.equal(mark(), 0);
});

test("no lease is shown for an address that is only offered, free or of another network", async () => {
  const server = new DhcpHarness();
  await server.ask(1);
  for (const address of [FIRST, "192.168.88.103", "10.0.0.1"]) {
    assert.equal(server.engine.leaseOf(bits(address), server.now), null);
  }
});
