declare module "Resource" {
  /**
   * A file of the flash image, by its name without folders: read-only memory. It is a host buffer, not an ArrayBuffer, but
   * views accept it.
   */
  export default class Resource extends ArrayBuffer {
    /** @throws URIError if the image has no such file. */
    constructor(name: string);
    static exists(name: string): boolean;
  }
}
