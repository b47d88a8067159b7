declare module "Resource" {
  /**
   * A file of the flash image, by its name without folders. It is memory that cannot be written to. It is a host buffer,
   * not an ArrayBuffer, but views take it as one.
   */
  export default class Resource extends ArrayBuffer {
    /** @throws URIError when there is no such file in the image. */
    constructor(name: string);
    static exists(name: string): boolean;
  }
}
