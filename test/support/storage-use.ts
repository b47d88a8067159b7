/** Uses a storage as the engine does, without the engine. */
import { isRefusal, type Refusal, type Storage } from "lockstep-tftp/engine";

const BLOCK_BYTES = 512;
const ANY_ADDRESS = "127.0.0.1";

/** Reads a whole file, block after block. */
export function contentOf(storage: Storage, name: string): Buffer | Refusal {
  const file = storage.openForReading(name, ANY_ADDRESS);
  if (isRefusal(file)) {
    return file;
  }
  try {
    const block = new Uint8Array(BLOCK_BYTES);
    const blocks: Buffer[] = [];
    for (let position = 0; ; ) {
      const count = file.read(block, position);
      if (count < 0) {
        return count;
      }
      blocks.push(Buffer.from(block.subarray(0, count)));
      position += count;
      if (count < BLOCK_BYTES) {
        return Buffer.concat(blocks);
      }
    }
  } finally {
    file.close();
  }
}

/** Stores a whole file. Returns 0, or the first refusal. */
export function store(storage: Storage, name: string, content: Buffer, announcedBytes = -1): Refusal {
  const file = storage.openForWriting(name, announcedBytes, ANY_ADDRESS);
  if (isRefusal(file)) {
    return file;
  }
  try {
    const written = file.write(new DataView(content.buffer, content.byteOffset), 0, content.length, 0);
    return written < 0 ? written : file.commit();
  } finally {
    file.close();
  }
}
