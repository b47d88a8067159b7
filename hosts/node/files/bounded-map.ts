/** A map of limited size: the entry that was set first makes room. */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  constructor(private readonly maxSize: number) {}

  get(key: Key): Value | undefined {
    return this.entries.get(key);
  }

  values(): Iterable<Value> {
    return this.entries.values();
  }

  delete(key: Key): void {
    this.entries.delete(key);
  }

  set(key: Key, value: Value): void {
    this.entries.delete(key);
    if (this.entries.size >= this.maxSize) {
      for (const first of this.entries.keys()) {
        this.entries.delete(first);
        break;
      }
    }
    this.entries.set(key, value);
  }
}
