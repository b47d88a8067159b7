/** The engine's default of `giveUpMs`, for hosts that end something of their own by then. */
export const GIVE_UP_MS = 25_000;
