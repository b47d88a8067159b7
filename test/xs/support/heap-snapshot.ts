/**
 * The live heap of an XS machine, read from a snapshot that the worker writes.
 *
 * A snapshot is a sequence of atoms, each preceded by its size and type. `BLOC` has the chunks, `HEAP` the slots as in the
 * memory of a 64-bit computer, with offsets into `BLOC` in place of addresses.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { XsMachine } from "./machine.js";

/** Layout of a slot: a link (8), kind (1), flags (1), an unused half-word (2), an identifier (4), and a value (16). */
const SLOT_BYTES = 32;
const KIND_AT = 8;
const VALUE_AT = 16;
const KIND_ARRAY = 16;
const KIND_CODE = 19;
/** Header of a chunk: its size including the header (4), an unused word (4), and a link (8). */
const CHUNK_HEADER_BYTES = 16;
const ATOM_HEADER_BYTES = 8;
/** Version of XS with these kinds; another version may number them differently. */
const XS_MAJOR_VERSION = 13;

/** Sizes on a 32-bit board. */
const BOARD_SLOT_BYTES = 16;
const BOARD_CHUNK_HEADER_BYTES = 8;

export interface HeapSize {
  readonly slots: number;
  /** The byte code of all functions. */
  readonly codeBytes: number;
  /** Elements of arrays: each is as large as a slot. */
  readonly arrayElements: number;
  /** Bytes of strings and buffers. */
  readonly dataBytes: number;
  /** Arrays, strings and buffers. */
  readonly chunks: number;
}

export async function heapSizeOf(machine: XsMachine): Promise<HeapSize> {
  const folder = mkdtempSync(join(tmpdir(), "xs-heap-"));
  try {
    const file = join(folder, "snapshot");
    await machine.writeSnapshot(file);
    return measure(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Growth from `before` to `after`. */
export function grown(after: HeapSize, before: HeapSize): HeapSize {
  return {
    slots: after.slots - before.slots,
    codeBytes: after.codeBytes - before.codeBytes,
    arrayElements: after.arrayElements - before.arrayElements,
    dataBytes: after.dataBytes - before.dataBytes,
    chunks: after.chunks - before.chunks,
  };
}

/** RAM that this takes on a board, where code is in flash. */
export function boardBytes(size: HeapSize): number {
  return (size.slots + size.arrayElements) * BOARD_SLOT_BYTES + size.dataBytes + size.chunks * BOARD_CHUNK_HEADER_BYTES;
}

function measure(snapshot: Buffer): HeapSize {
  const atoms = atomsOf(snapshot);
  const version = atoms.get("VERS")?.readUInt8(0);
  const slots = atoms.get("HEAP");
  const chunks = atoms.get("BLOC");
  if (version !== XS_MAJOR_VERSION || slots === undefined || chunks === undefined) {
    throw new Error(`This is a snapshot of XS ${version}. Update the kinds of slots in this file to that version.`);
  }
  const payloads = payloadsOf(chunks);
  const code = new Set<number>();
  const arrays = new Set<number>();
  for (let at = 0; at < slots.length; at += SLOT_BYTES) {
    const kind = slots.readUInt8(at + KIND_AT);
    const address = Number(slots.readBigUInt64LE(at + VALUE_AT));
    if (kind === KIND_CODE) {
      code.add(address);
    } else if (kind === KIND_ARRAY) {
      arrays.add(address);
    }
  }
  let codeBytes = 0;
  let arrayBytes = 0;
  let dataBytes = 0;
  for (const [address, bytes] of payloads) {
    if (code.has(address)) {
      codeBytes += bytes;
    } else if (arrays.has(address)) {
      arrayBytes += bytes;
    } else {
      dataBytes += bytes;
    }
  }
  const arrayElements = arrayBytes / SLOT_BYTES;
  return { slots: slots.length / SLOT_BYTES, codeBytes, arrayElements, dataBytes, chunks: payloads.size - code.size };
}

function atomsOf(snapshot: Buffer): Map<string, Buffer> {
  const atoms = new Map<string, Buffer>();
  let at = ATOM_HEADER_BYTES;
  while (at < snapshot.length) {
    const size = snapshot.readUInt32BE(at);
    atoms.set(snapshot.toString("latin1", at + 4, at + 8), snapshot.subarray(at + ATOM_HEADER_BYTES, at + size));
    at += size;
  }
  return atoms;
}

/** Size of each chunk's contents, by the address in the slots. */
function payloadsOf(chunks: Buffer): Map<number, number> {
  const payloads = new Map<number, number>();
  let at = 0;
  while (at < chunks.length) {
    const size = chunks.readUInt32LE(at);
    payloads.set(at + CHUNK_HEADER_BYTES, size - CHUNK_HEADER_BYTES);
    at += size;
  }
  return payloads;
}
