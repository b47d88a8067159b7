/**
 * A network of several machines: this process is in the server's namespace, where a bridge joins the other machines. Each of
 * these is a namespace for a client's programs, or a virtual machine. All end with this process.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Ended, run } from "./program.js";

export const SERVER_ADDRESS = "192.168.88.1";
/** Only the range's two addresses are given, so that the last one matters. */
export const RANGE = "192.168.88.100-192.168.88.101";
export const CLIENT_INTERFACE = "client0";
/** Named as in the examples. */
const BRIDGE = "eth0";

const started = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of started) {
    child.kill("SIGKILL");
  }
});

/** Kills the program at the end of this process. */
export function endWithProcess(child: ChildProcess): void {
  started.add(child);
  child.once("exit", () => started.delete(child));
}

/** Runs a program that must succeed. */
export async function must(program: string, words: readonly string[], input?: string): Promise<void> {
  const { code, stderr } = await run(program, words, input === undefined ? {} : { input });
  if (code !== 0) {
    throw new Error(`${program} ${words.join(" ")}: ${stderr}`);
  }
}

/** Makes a bridge with the server's address, to which machines are joined. */
export async function makeServerNetwork(): Promise<void> {
  await must("ip", ["link", "add", BRIDGE, "type", "bridge"]);
  await must("ip", ["addr", "add", `${SERVER_ADDRESS}/24`, "dev", BRIDGE]);
  await must("ip", ["link", "set", BRIDGE, "up"]);
}

/** Joins a network card of a virtual machine: `name` is the host's end of it. */
export async function joinCard(name: string): Promise<void> {
  await must("ip", ["tuntap", "add", name, "mode", "tap"]);
  await must("ip", ["link", "set", name, "master", BRIDGE, "up"]);
}

/** Another machine, in a namespace of its own. */
export class ClientMachine {
  private constructor(
    private readonly name: string,
    private readonly holder: ChildProcess,
  ) {}

  /** @param name distinguishes the machines of a test. */
  static async start(name: string): Promise<ClientMachine> {
    const machine = await ClientMachine.startUnplugged(name);
    await machine.plugIn([CLIENT_INTERFACE]);
    return machine;
  }

  /** Starts a machine without a cable. */
  static async startUnplugged(name: string): Promise<ClientMachine> {
    const holder = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec sleep 600"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    endWithProcess(holder);
    await once(holder.stdout as NodeJS.ReadableStream, "data");
    return new ClientMachine(name, holder);
  }

  /** The bridge's end of the machine's first cable. */
  get cable(): string {
    return `to-${this.name}`;
  }

  /** Connects these interfaces of the machine with the bridge, each by a cable. */
  async plugIn(interfaces: readonly string[]): Promise<void> {
    const ends = interfaces.map((name, index) => (index === 0 ? this.cable : `${this.cable}-${name}`));
    const { pid } = this.holder;
    const here = ends.flatMap((end, index) => [
      `link add ${end} type veth peer name ${interfaces[index]} netns ${pid}`,
      `link set ${end} master ${BRIDGE} up`,
    ]);
    await must("ip", ["-batch", "-"], here.join("\n"));
    const there = interfaces.map((name) => `link set ${name} up`);
    await must("nsenter", [this.namespace, "ip", "-batch", "-"], there.join("\n"));
  }

  /** Hardware address of its first interface, as `02:00:00:00:00:01`. */
  async hardwareAddress(): Promise<string> {
    const [link] = JSON.parse(await this.must("ip", "-json", "link", "show", CLIENT_INTERFACE)) as {
      address: string;
    }[];
    return link?.address as string;
  }

  /** Runs a program on the machine, to its end. */
  run(program: string, ...words: readonly string[]): Promise<Ended> {
    return run("nsenter", [this.namespace, program, ...words]);
  }

  /** Starts a program that runs until it is killed, at the latest with this process. */
  startProgram(program: string, ...words: readonly string[]): ChildProcess {
    const child = spawn("nsenter", [this.namespace, program, ...words], { stdio: ["ignore", "ignore", "inherit"] });
    endWithProcess(child);
    return child;
  }

  /** Runs a program that must succeed. Returns its output. */
  async must(program: string, ...words: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, ...words);
    if (code !== 0) {
      throw new Error(`${program} ${words.join(" ")} on a client: exit code ${code}\n${stdout}\n${stderr}`);
    }
    return stdout;
  }

  /** Starts a program on this machine, which follows these words. */
  get launcher(): readonly string[] {
    return ["nsenter", this.namespace];
  }

  stop(): void {
    this.holder.kill("SIGKILL");
  }

  private get namespace(): string {
    return `--net=/proc/${this.holder.pid}/ns/net`;
  }
}
