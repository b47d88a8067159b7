/** Elements of the page. All text is set as text, never as markup. */
import { withoutUnprintable } from "../../common/printable.js";

/** Finds an element by its id. */
export function byId<Kind extends Element = HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Element as Kind;
}

export function setText(id: string, text: string): void {
  const element = byId(id);
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Announces a change to screen readers. */
export function announce(text: string): void {
  byId("status").textContent = text;
}

export function child(parent: Element, tag: string, className = "", text = ""): HTMLElement {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

/** Appends a file name, isolated so that right-to-left letters do not reorder the text beside it. */
export function childName(parent: Element, name: string): HTMLElement {
  return child(parent, "bdi", "name", withoutUnprintable(name));
}

/** Shows parts with dots between them. Lines break between parts, so that a number stays beside its unit. */
export function setParts(element: Element, ...parts: string[]): void {
  const shown = parts.filter((part) => part !== "");
  if (element.textContent === shown.join(" · ")) {
    return;
  }
  element.replaceChildren();
  shown.forEach((part, index) => {
    child(element, "span", "part", index < shown.length - 1 ? `${part} ·` : part);
    element.append(index < shown.length - 1 ? " " : "");
  });
}

/** Attribute with the key of the item that a row shows. */
export const KEY = "data-key";

/** Rows of a list before its button shows all. */
const MAX_FIRST_ROWS = 20;

/** Shows the first of `items` and a button that shows all of them: the element after the list. */
export function showFirstRows<Item>(
  list: Element,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  make: (item: Item) => HTMLElement,
  update: (row: HTMLElement, item: Item) => void,
): void {
  const button = list.nextElementSibling as HTMLButtonElement;
  button.textContent = `Show all ${items.length}`;
  button.hidden = items.length <= MAX_FIRST_ROWS || button.hasAttribute(KEY);
  const show = (): void => {
    const shown = button.hasAttribute(KEY) ? items : items.slice(0, MAX_FIRST_ROWS);
    showRows(list, shown, keyOf, make, update);
  };
  button.onclick = () => {
    button.setAttribute(KEY, "all");
    button.hidden = true;
    show();
  };
  show();
}

/** Shows `items` as the rows of a list. Rows that remain keep their elements, and with them the focus of the reader. */
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

const CONTROLS = "a, button";

/** Makes one row of a list reachable by Tab, so that a long list has few stops; the arrow keys move to the others. */
export function moveByArrows(list: Element): void {
  list.addEventListener("keydown", (event) => {
    const { key, target } = event as KeyboardEvent & { target: HTMLElement };
    const row = target.closest("li") as Element;
    const step = { ArrowDown: row.nextElementSibling, ArrowUp: row.previousElementSibling }[key];
    if (step) {
      event.preventDefault();
      const controls = step.querySelectorAll<HTMLElement>(CONTROLS);
      (controls[[...row.querySelectorAll(CONTROLS)].indexOf(target)] ?? controls[0])?.focus();
    }
  });
  list.addEventListener("focusin", () => limitTabStops(list));
}

/** To be called when rows have changed. */
export function limitTabStops(list: Element): void {
  const row =
    list.querySelector("li:focus-within") ??
    list.querySelector(`[tabindex="0"]`)?.closest("li") ??
    list.firstElementChild;
  for (const control of list.querySelectorAll<HTMLElement>(CONTROLS)) {
    control.tabIndex = row?.contains(control) ? 0 : -1;
  }
}
