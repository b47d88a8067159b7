/** The explanation of a flag. The help, the manual page and the completion of shells are made from it. */
export interface FlagHelp {
  /** Placeholder of the value, as `FILE`; none for a switch. */
  readonly value?: string;
  /** What the flag does, in a line of the help. */
  readonly summary: string;
  /** Whole sentences that continue the summary where there is room. */
  readonly more?: string;
  /** Heading of the group that begins with this flag. */
  readonly heading?: string;
  /** Whether only the full help explains the flag. */
  readonly isRare?: true;
  /** Whether the switch is on by default, so that people write `--no-NAME`. */
  readonly isOnByDefault?: true;
  /** What a shell offers as the value: names of files or folders, or words. Default: nothing. */
  readonly offers?: "files" | "folders" | readonly string[];
}

/** The flags of a command by name, in the order of the help. */
export type FlagHelps = Readonly<Record<string, FlagHelp>>;

/** The flag as people write it, without its value. */
export function writtenFlag(name: string, { isOnByDefault }: FlagHelp): string {
  return isOnByDefault ? `--no-${name}` : `--${name}`;
}
