/** What all ESP32 boards have in common. */
import FFI from "mc/ffi";

export class ESP32 {
  protected readonly native = new FFI();

  /** All of the heap that is left, for XS, lwIP and the radio together. */
  freeMemoryBytes(): number {
    return this.native.esp_get_free_heap_size();
  }
}
