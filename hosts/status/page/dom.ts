/** The page's elements. All text goes in as text, never as markup. */

/** An element of the page, by its id. */
export function byId<Kind extends Element = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Element as Kind;
}

export function say(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Tells it to those who listen to the page instead of looking at it. */
export function announce(text: string): void {
  byId("said").textContent = text;
}

export function child(parent: Element, tag: string, className = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** A name in a line of text: whatever direction its letters have, what stands beside it stays there. */
export function childName(parent: Element, name: string): HTMLElement {
  return child(parent, "bdi", "name", printable(name));
}

/** Control characters, invisible and direction-changing ones: a name could show something else than it is. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;

export function printable(name: string): string {
  return name.replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** Which item a row shows. */
const KEY = "data-key";

/**
 * Makes the rows of a list those of `items`: a row that stays is the same element as before, so that the focus, and whoever
 * reads it, stays where it is.
 */
export function showRows<Item>(
  list: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item) => HTMLElement,
  update: (row: HTMLElement, item: Item) => void,
): void {
  const present = new Map([...(list.children as Iterable<Element>)].map((row) => [row.getAttribute(KEY), row]));
  items.forEach((item, index) => {
    const key = keyOf(item);
    const row = (present.get(key) as HTMLElement | undefined) ?? make(item);
    present.delete(key);
    row.setAttribute(KEY, key);
    if (list.children[index] !== row) {
      list.insertBefore(row, list.children[index] ?? null);
    }
    update(row, item);
  });
  for (const row of present.values()) {
    row.remove();
  }
}
