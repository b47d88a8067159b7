/**
 * A view of a part of a buffer, for functions that use all of their argument. The last view is kept: where all datagrams are
 * read into one buffer, the blocks of a file lie in the same part of it.
 */
export class PartView {
  private whole: DataView | null = null;
  private offset = 0;
  private length = 0;
  private part: DataView | null = null;

  of(whole: DataView, offset: number, length: number): DataView {
    if (this.part === null || this.whole !== whole || this.offset !== offset || this.length !== length) {
      this.whole = whole;
      this.offset = offset;
      this.length = length;
      this.part = new DataView(whole.buffer, whole.byteOffset + offset, length);
    }
    return this.part;
  }
}
