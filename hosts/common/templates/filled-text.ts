/** A template with the values of one transfer. The template stays where it is: only the values are made for the transfer. */
import type { SafeFile } from "../guarded-storage.js";
import type { TextTemplate } from "./text-template.js";

/** Copies `count` bytes of `source`, from `position` on, to the beginning of `target`. */
export type CopyBytes = (target: Uint8Array, source: ArrayBuffer, position: number, count: number) => void;

export class FilledText implements SafeFile {
  readonly sizeBytes: number;

  /**
   * @param values in the order of the template's names. Those without a placeholder may be empty.
   */
  constructor(
    private readonly template: TextTemplate,
    private readonly values: readonly ArrayBuffer[],
    private readonly copy: CopyBytes,
  ) {
    let sizeBytes = 0;
    for (const part of template.parts) {
      sizeBytes += part.value < 0 ? part.length : (values[part.value] as ArrayBuffer).byteLength;
    }
    this.sizeBytes = sizeBytes;
  }

  /**
   * Goes from the last part to the first. `copy` writes to the beginning of the target, from where a part is moved to its place:
   * the parts after it are farther behind than it is long.
   */
  read(target: Uint8Array, position: number): number {
    const { parts, bytes } = this.template;
    const left = this.sizeBytes - position;
    const wanted = left < target.length ? left : target.length;
    const stop = position + wanted;
    let end = this.sizeBytes;
    for (let index = parts.length - 1; index >= 0 && end > position; index--) {
      const part = parts[index] as TextTemplate["parts"][number];
      const isOwn = part.value < 0;
      const source = isOwn ? bytes : (this.values[part.value] as ArrayBuffer);
      const start = end - (isOwn ? part.length : source.byteLength);
      const from = start > position ? start : position;
      const count = (end < stop ? end : stop) - from;
      if (count > 0) {
        this.copy(target, source, (isOwn ? part.start : 0) + from - start, count);
        if (from > position) {
          target.copyWithin(from - position, 0, count);
        }
      }
      end = start;
    }
    return wanted > 0 ? wanted : 0;
  }

  /** Memory can always be read. */
  get neverThrows(): true {
    return true;
  }

  close(): void {}
}
