/** Colours on a terminal, unless NO_COLOR, FORCE_COLOR or TERM turn them off. */
import type { WriteStream } from "node:tty";
import styles from "ansi-styles";

export type Paint = Readonly<Record<"faint" | "good" | "odd" | "bad", (text: string) => string>>;

export const NO_PAINT: Paint = { faint: unpainted, good: unpainted, odd: unpainted, bad: unpainted };

export function paintFor(terminal: Pick<WriteStream, "hasColors">): Paint {
  return terminal.hasColors()
    ? { faint: painted(styles.dim), good: painted(styles.green), odd: painted(styles.yellow), bad: painted(styles.red) }
    : NO_PAINT;
}

function painted({ open, close }: { readonly open: string; readonly close: string }) {
  return (text: string): string => open + text + close;
}

function unpainted(text: string): string {
  return text;
}
