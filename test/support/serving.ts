import type { TestContext } from "node:test";
import { TftpServer, type TftpServerOptions } from "lockstep-tftp";

/** Starts a server on a free port of 127.0.0.1, and closes it after the test. */
export async function serving(
  test: Pick<TestContext, "after">,
  options: TftpServerOptions,
): Promise<{ server: TftpServer; port: number }> {
  const server = new TftpServer({ host: "127.0.0.1", port: 0, ...options });
  test.after(() => server.close());
  await server.listen();
  return { server, port: (server.addresses[0] as { port: number }).port };
}
