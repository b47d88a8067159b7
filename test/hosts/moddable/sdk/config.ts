/**
 * The SDK's `mc/config`, in which mcconfig's words are texts. It has the words of the examples. The SDK's is frozen; tests set
 * the chip's part of this one.
 */
export const config: Record<string, string> & { lockstepTftpChip?: { maxWindowSize: number } } = {
  port: "6969",
  pagePort: "0",
  operator: "127.0.0.1",
  server: "192.168.0.10",
  serverPort: "6970",
} as Record<string, string>;

export default config;
