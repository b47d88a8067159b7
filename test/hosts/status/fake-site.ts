/** A site that serves the page as built, with data of a test's choice. */
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";

const PAGE = new URL("../../../../dist/status/status-page.html.gz", import.meta.url);

/** A transfer, as the status has it. */
export const TRANSFER = {
  key: "1",
  name: "images/debian-13-arm64-netboot.img",
  direction: "get",
  address: "192.168.88.103",
  port: 2000,
  bytes: 1_500_000,
  sizeBytes: 300_000_000,
  windowSize: 8,
  retransmissions: 9,
  roundTripMs: 1.7,
  durationMs: 4000,
};

/** A result, as the status has it. */
export const RESULT = {
  number: 1,
  name: "pxelinux.0",
  direction: "get",
  address: "192.168.88.50",
  outcome: "completed",
  isSuccess: true,
  bytes: 42_000,
  retransmissions: 0,
  durationMs: 120,
  endedMsAgo: 3000,
};

/** What the server says at first. */
const STATUS = {
  name: "rack 3",
  version: "0.1.0",
  run: 1,
  uptimeMs: 0,
  askAgainMs: 20,
  addresses: ["192.168.88.1:69"],
  mayWrite: true,
  mayOverwrite: true,
  maxSizeBytes: -1,
  maxTransfers: 200,
  running: 0,
  counts: {
    completed: 0,
    failed: 0,
    refused: 0,
    unanswered: 0,
    bytesSent: 0,
    bytesReceived: 0,
    retransmissions: 0,
    duplicates: 0,
  },
  fileChanges: 0,
  transfers: [] as (typeof TRANSFER)[],
  results: [] as (typeof RESULT)[],
  refusals: [] as object[],
  missing: [] as object[],
  dhcp: undefined as object | undefined,
};

/** Files that the server lists, whatever it is asked for. */
const LISTING = {
  files: [] as { name: string; sizeBytes: number; isRemovable: boolean; modifiedAt?: number }[],
  total: 0,
  before: 0,
  next: undefined as string | undefined,
  isComplete: true,
};

export interface FakeSite {
  readonly url: string;
  readonly status: typeof STATUS;
  /** Ends the server. */
  readonly close: () => void;
  readonly listing: typeof LISTING;
}

export async function fakeSite(t: TestContext): Promise<FakeSite> {
  const page = gunzipSync(fs.readFileSync(PAGE));
  const status = structuredClone(STATUS);
  const listing = structuredClone(LISTING);
  const server = http.createServer(({ method, url }, response) => {
    if (method !== "GET") {
      response.writeHead(507).end(JSON.stringify({ error: "The disk is full. Make room." }));
    } else if (url === "/") {
      response.setHeader("content-type", "text/html; charset=utf-8").end(page);
    } else {
      const isUploadExpected = url?.includes("name=");
      const data = url?.startsWith("/api/status") ? status : isUploadExpected ? LISTING : listing;
      response.end(JSON.stringify(data));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  t.after(close);
  return { close, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, status, listing };
}
