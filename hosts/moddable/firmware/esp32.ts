/** Common part of all ESP32 boards. */
import FFI from "mc/ffi";

export class ESP32 {
  protected readonly native = new FFI();

  /** Free heap for XS, lwIP and the radio together. */
  freeMemoryBytes(): number {
    return this.native.esp_get_free_heap_size();
  }
}
