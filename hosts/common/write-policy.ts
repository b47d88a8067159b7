/** Files that clients may write: none, those that do not exist yet, or existing ones too. */
export type WritePolicy = "never" | "new" | "overwrite";
