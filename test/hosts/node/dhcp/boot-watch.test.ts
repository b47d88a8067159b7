/** What a client has done about the file that it was told. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type TestContext, test } from "node:test";
import { OUTCOME_COMPLETED, OUTCOME_TIMED_OUT } from "lockstep-tftp/engine";
import { BootWatch, type DhcpLease } from "lockstep-tftp/node/dhcp-server";

const ADDRESS = "192.168.88.100";
const LEASE: DhcpLease = {
  address: ADDRESS,
  hardwareAddress: "52-54-00-12-34-56",
  file: "/boot/ipxe.efi",
  remainingSeconds: 3600,
};

type Sources = ConstructorParameters<typeof BootWatch>;

/** Servers that say what a test wants. */
function watched(t: TestContext, lease = LEASE) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const dhcp = Object.assign(new EventEmitter(), { leases: [lease], isServing: true, otherServer: "" });
  const tftp = new EventEmitter();
  const overdue: string[] = [];
  const fetched: string[] = [];
  let changes = 0;
  const watch = new BootWatch(
    dhcp as unknown as Sources[0],
    tftp as unknown as Sources[1],
    ({ address }) => overdue.push(address),
    ({ address }) => fetched.push(address),
  );
  watch.onChange(() => changes++);
  const ask = (name: string, event = "started"): void => void tftp.emit(event, { address: ADDRESS, name });
  const end = (name: string, outcome: number, isUpload = false): void =>
    void tftp.emit("ended", { address: ADDRESS, name, isUpload }, { outcome });
  const client = () => {
    const [{ state, askedFile, isOverdue } = { state: "", askedFile: "", isOverdue: false }] = watch.clients;
    return { state, askedFile, isOverdue };
  };
  dhcp.emit("leased", lease, false);
  return {
    dhcp,
    client,
    ask,
    end,
    overdue,
    fetched,
    tick: (ms: number) => t.mock.timers.tick(ms),
    changes: () => changes,
  };
}

test("a client that asks for nothing in 30 seconds is overdue, until it asks", (t) => {
  const { client, ask, overdue, tick, changes } = watched(t);
  assert.deepEqual(client(), { state: "silent", askedFile: "", isOverdue: false });
  tick(29_999);
  assert.deepEqual(overdue, []);
  tick(1);
  assert.deepEqual(overdue, [ADDRESS]);
  assert.equal(client().isOverdue, true);
  ask("boot/ipxe.efi");
  assert.deepEqual(client(), { state: "asked", askedFile: "boot/ipxe.efi", isOverdue: false });
  assert.equal(changes(), 3);
});

test("a client has its file once the download of just that file is complete", (t) => {
  const { client, ask, end, fetched } = watched(t);
  ask("boot/ipxe.efi");
  end("boot/ipxe.efi", OUTCOME_TIMED_OUT);
  end("boot/ipxe.efi", OUTCOME_COMPLETED, true);
  end("boot/other", OUTCOME_COMPLETED);
  assert.equal(client().state, "asked");
  end("boot/ipxe.efi", OUTCOME_COMPLETED);
  assert.equal(client().state, "fetched");
  assert.deepEqual(fetched, [ADDRESS]);
  ask("boot/grub.cfg");
  assert.equal(client().state, "fetched");
});

test("a client that asks for another file, or is refused its file, is shown with that", (t) => {
  const { client, ask, overdue, tick } = watched(t);
  ask("grubx64.efi", "refused");
  assert.deepEqual(client(), { state: "elsewhere", askedFile: "grubx64.efi", isOverdue: false });
  ask("boot/ipxe.efi", "refused");
  assert.equal(client().state, "refused");
  tick(30_000);
  assert.deepEqual(overdue, []);
});

test("a client that starts again is waited for again, and one that renews its lease is not", (t) => {
  const { dhcp, client, ask, end, overdue, tick } = watched(t);
  ask("boot/ipxe.efi");
  end("boot/ipxe.efi", OUTCOME_COMPLETED);
  dhcp.emit("leased", LEASE, true);
  tick(30_000);
  assert.equal(client().state, "fetched");
  assert.deepEqual(overdue, []);
  dhcp.emit("leased", LEASE, false);
  tick(30_000);
  assert.deepEqual(overdue, [ADDRESS]);
});

test("a client without a file is not waited for, nor one whose lease the server knows from an earlier run", (t) => {
  const { dhcp, client, overdue, tick } = watched(t, { ...LEASE, file: "" });
  tick(30_000);
  assert.equal(client().state, "untold");
  dhcp.emit("released", LEASE);
  dhcp.emit("leased", LEASE, true);
  tick(30_000);
  assert.equal(client().state, "untold");
  assert.deepEqual(overdue, []);
});
