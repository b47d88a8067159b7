declare module "mc/ffi" {
  /** The native functions that the firmware's manifest declares. */
  export default class FFI {
    esp_get_free_heap_size(): number;
    /**
     * @param isServed 1 if ESP-IDF's DHCP server shall give addresses of this network, 0 if it shall stop.
     * @returns 0, or an error of ESP-IDF.
     */
    set_access_point_address(address: string, netmask: string, isServed: number): number;
  }
}
