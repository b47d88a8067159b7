/**
 * A network of two machines: this process is in the server's namespace, and a client's programs run in another one, joined by
 * a cable. Both end with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Ended, run } from "./program.js";

export const SERVER_ADDRESS = "192.168.88.1";
/** Only the range's two addresses are given, so that the last one matters. */
export const RANGE = "192.168.88.100-192.168.88.101";
export const CLIENT_INTERFACE = "client0";

/** Runs a program that must succeed. */
export async function must(program: string, words: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, words);
  if (code !== 0) {
    throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
  }
}

/** Makes a bridge with the server's address, to which machines are joined. */
export async function makeServerNetwork(): Promise<void> {
  await must("ip", ["link", "add", "bridge0", "type", "bridge"]);
  await must("ip", ["addr", "add", `${SERVER_ADDRESS}/24`, "dev", "bridge0"]);
  await must("ip", ["link", "set", "bridge0", "up"]);
}

/** Another machine, in a namespace of its own. */
export class ClientMachine {
  private constructor(private readonly holder: ChildProcess) {}

  /** @param name distinguishes the machines of a test. */
  static async start(name: string): Promise<ClientMachine> {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec sleep 600"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    process.once("exit", () => holder.kill("SIGKILL"));
    await once(holder.stdout as NodeJS.ReadableStream, "data");
    const end = `to-${name}`;
    const machine = new ClientMachine(holder);
    await must("ip", [
      ...["link", "add", end, "type", "veth"],
      ...["peer", "name", CLIENT_INTERFACE, "netns", `${holder.pid}`],
    ]);
    await must("ip", ["link", "set", end, "master", "bridge0", "up"]);
    await machine.must("ip", "link", "set", CLIENT_INTERFACE, "up");
    return machine;
  }

  /** Runs a program on the machine, to its end. */
  run(program: string, ...words: readonly string[]): Promise<Ended> {
    return run("nsenter", [`--net=/proc/${this.holder.pid}/ns/net`, program, ...words]);
  }

  /** Runs a program that must succeed. Returns its output. */
  async must(program: string, ...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, ...words);
    if (code !== 0) {
      throw new Error(`${program} ${words.join(" ")} on a client: exit code ${code}\n${stdout}\n${stderr}`);
    }
    return stdout;
  }

  stop(): void {
    this.holder.kill("SIGKILL");
  }
}
