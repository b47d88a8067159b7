/** The SDK's `Resource`, with an image that the tests fill. */
const image = new Map<string, Uint8Array>();

export function putIntoImage(name: string, contents: Uint8Array): void {
  image.set(name, contents);
}

export function emptyImage(): void {
  image.clear();
}

function Resource(this: unknown, name: string): ArrayBuffer {
  const contents = image.get(name);
  if (contents === undefined) {
    throw new URIError(`Resource not found: ${name}`);
  }
  return new Uint8Array(contents).buffer;
}

Resource.exists = (name: string) => image.has(name);

export default Resource;
