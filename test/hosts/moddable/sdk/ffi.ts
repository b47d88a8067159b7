/** The native functions of the firmware. */
export const native = {
  /** Results of the next calls; the last one stays. */
  errors: [0],
  addresses: [] as string[],
};

export default class FFI {
  esp_get_free_heap_size(): number {
    return 123_456;
  }

  set_access_point_address(address: string, netmask: string, isServed: number): number {
    native.addresses.push(`${address}/${netmask}${isServed === 1 ? "" : " without DHCP"}`);
    return (native.errors.length > 1 ? native.errors.shift() : native.errors[0]) as number;
  }
}
