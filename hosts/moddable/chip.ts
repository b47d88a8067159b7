/** What the manifests tell about the chip: see `manifest_chip_*.json`. */
import config from "mc/config";

/** Part of the manifests' `config`, under a name that no app has for other purposes. */
interface ChipConfig {
  readonly maxWindowSize?: number;
}

/**
 * The largest window in blocks that fits into the receive buffers of the network's driver, with some to spare for other
 * packets: the blocks of an upload arrive back to back, and the driver drops what it has no buffer for. The SDK gives the
 * Wi-Fi driver 12 buffers on ESP32 and 6 on ESP32-S2, S3, C3 and C6, and Ethernet 10.
 *
 * @returns undefined in the simulator.
 */
export function chipWindowSize(): number | undefined {
  const { lockstepTftpChip } = config as { lockstepTftpChip?: ChipConfig };
  return lockstepTftpChip?.maxWindowSize;
}
