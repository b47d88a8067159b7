/** The rules of a server, as their author writes them. */

/** A rule: `match`, `from` and `direction` select requests; the other properties decide which file they get. */
export interface NameRule {
  /**
   * Pattern for names: `?` is one character, `*` any number of characters, except `/`; `**` any characters; `{mac}` a MAC
   * address in any notation. Upper and lower case are equal. Default: all names.
   */
  readonly match?: string;
  /** Networks or single addresses of clients. Default: all clients. */
  readonly from?: string | readonly string[];
  /** `get` for downloads only, `put` for uploads only. Default: both. */
  readonly direction?: "get" | "put";
  /**
   * Name of the file. `{name}` is replaced by the requested name, `{1}` to `{8}` by the texts that the wildcards of `match`
   * matched, `{mac}` by the MAC address as `aa-bb-cc-dd-ee-ff`, `{address}` by the client's address, `{date}` by the day
   * in UTC as `2026-11-28`, and `{time}` by the time in UTC as `10-15-04`. Default `{name}`.
   */
  readonly to?: string;
  /**
   * Names of files, written as in `to`, by machine: its MAC address, which `{mac}` in `match` finds, or its address. The
   * rule applies to no other machines. With `template`, the path of a file in CSV instead, whose first column is called `mac` or
   * `address`.
   */
  readonly table?: Readonly<Record<string, string>> | string;
  /**
   * Path of a text that a download gets instead of a file: `{mac}`, `{address}`, `{name}` and the columns of `table` are filled in.
   * Both are read when the rules are made, and must be UTF-8 or, for the template, any encoding that contains ASCII.
   */
  readonly template?: string;
  /** Converts the name to lower or upper case. */
  readonly case?: "lower" | "upper";
  /**
   * Refuses the request with ERROR 2 (access violation). Also holds for names that later rules make, and for checksums.
   */
  readonly refuse?: boolean;
  /**
   * Makes the folders of a file that a client puts, if there is a folder to make them in (option `root`). Default false: they
   * must exist.
   */
  readonly makeFolders?: boolean;
  /**
   * Older contents to keep when an upload replaces a file, 1 to 1000. They are beside it: `NAME.~1~`, `NAME.~2~` and so on, the
   * highest number being the newest. No client gets them. Default: none.
   */
  readonly keep?: number;
}

/** Keys of a rule. */
export const RULE_KEYS: readonly (keyof NameRule)[] = [
  "match",
  "from",
  "direction",
  "to",
  "table",
  "template",
  "case",
  "refuse",
  "makeFolders",
  "keep",
];
