declare module "mc/ffi" {
  /** The native functions that the firmware's manifest declares. */
  export default class FFI {
    esp_get_free_heap_size(): number;
    /** @returns 0, or an error of ESP-IDF. */
    set_access_point_address(address: string, netmask: string): number;
  }
}
