/** A machine in QEMU from its power-on, with a network card on the bridge of a boot network and a serial console. */
import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { endWithProcess, joinCard } from "./boot-network.js";

/** Words of QEMU for a network card, joined to the host by `connection`. */
export function networkCard(name: string, device: string): readonly string[] {
  const connection = `tap,id=network,ifname=${name},script=no,downscript=no`;
  return ["-netdev", connection, "-device", `${device},netdev=network`];
}

/** Firmware that writes nothing for so long has stopped. */
const SILENCE_MS = 120_000;

export class VirtualMachine {
  /** Everything that the machine has written to its console. */
  screen = "";
  private hasEnded = false;
  private readonly changes = new EventEmitter();

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding("latin1").on("data", (text: string) => {
      this.screen += text;
      this.changes.emit("change");
    });
    child.once("close", () => {
      this.hasEnded = true;
      this.changes.emit("change");
    });
  }

  /**
   * Switches a machine on.
   *
   * @param card name of the host's end of its network card, distinct for each machine.
   * @param device kind of network card, with its settings, as QEMU knows it.
   */
  static async start(program: string, card: string, device: string, words: readonly string[]): Promise<VirtualMachine> {
    await joinCard(card);
    const all = ["-nographic", "-no-reboot", ...words, ...networkCard(card, device)];
    const child = spawn(program, all, { stdio: ["pipe", "pipe", "inherit"] });
    endWithProcess(child);
    return new VirtualMachine(child);
  }

  /** Waits until the console has a text after its first `from` characters. Returns what it has. */
  async shows(text: RegExp, from = 0): Promise<string> {
    for (;;) {
      const [shown] = text.exec(this.screen.slice(from)) ?? [];
      if (shown !== undefined) {
        return shown;
      }
      if (this.hasEnded) {
        throw new Error(`The machine ended without showing ${text}:\n${this.screen}`);
      }
      await once(this.changes, "change", { signal: AbortSignal.timeout(SILENCE_MS) }).catch(() => {
        throw new Error(`The machine stopped without showing ${text}:\n${this.screen}`);
      });
    }
  }

  /** Types on the console. */
  type(text: string): void {
    this.child.stdin?.write(text);
  }

  switchOff(): void {
    this.child.kill("SIGKILL");
  }
}

/** Switches a PC on that starts from the network: with the iPXE of QEMU's network card, or with OVMF, a UEFI. */
export function startFirmware(firmware: string, card: string): Promise<VirtualMachine> {
  return firmware === "uefi"
    ? VirtualMachine.start("qemu-system-x86_64", card, "virtio-net-pci,romfile=,bootindex=0", [
        ...["-m", "256", "-bios", "/usr/share/ovmf/OVMF.fd"],
      ])
    : VirtualMachine.start("qemu-system-x86_64", card, "e1000", ["-m", "64", "-boot", "n"]);
}
