/** Devices that boot: the messages of each, and its needs in the answer. */
import type { DhcpMessage, DhcpOptionList } from "../wire/dhcp-messages.js";

/** Files that the simulated server's rules name. */
export const SCRIPT = "boot.ipxe";
export const UEFI_LOADER = "ipxe.efi";
export const BIOS_LOADER = "undionly.kpxe";
export const PI_LOADER = "bootcode.bin";

export interface DeviceModel {
  readonly name: string;
  /** The first half of its hardware addresses. */
  readonly vendor: readonly number[];
  /** Speaks BOOTP, without message types. */
  readonly isBootp?: boolean;
  readonly wantsBroadcast?: boolean;
  readonly options: DhcpOptionList;
  /** Waits before it repeats a message, in milliseconds; the last one is used on. */
  readonly waitsMs: readonly number[];
  /** Names the part of an answer that is missing for this device; empty if it has all that it needs. */
  readonly lacks: (answer: DhcpMessage) => string;
  /** The program that runs next, with the same hardware address, as the file says. */
  readonly next?: string;
}

const NONE = "";
const PXE_LIST = [
  1, 2, 3, 4, 5, 6, 11, 12, 13, 15, 16, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
];
const IDENTIFIER = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];

function lacksHeader({ serverAddress, file }: DhcpMessage): string {
  return serverAddress === "0.0.0.0" ? "siaddr" : file === "" ? "file" : NONE;
}

function lacksPxe(file: string): (answer: DhcpMessage) => string {
  return (answer) => {
    if (answer.text(60) !== "PXEClient") {
      return "option 60";
    }
    return answer.file !== file || answer.text(67) !== file ? `file ${file}` : lacksHeader(answer);
  };
}

function lacksOption(code: number): (answer: DhcpMessage) => string {
  return (answer) => (answer.options.has(code) ? NONE : `option ${code}`);
}

/** Loaders, phones, switches, and a system that is just a client. */
export const DEVICE_MODELS: readonly DeviceModel[] = [
  {
    name: "routerboot bootp",
    vendor: [0x4c, 0x5e, 0x0c],
    isBootp: true,
    options: [],
    waitsMs: [1000, 2000],
    lacks: lacksHeader,
  },
  {
    name: "routerboot dhcp",
    vendor: [0x4c, 0x5e, 0x0d],
    options: [
      [60, "ARM64__boot"],
      [55, [1, 3, 66, 67]],
    ],
    waitsMs: [1000, 2000],
    lacks: lacksHeader,
  },
  {
    name: "u-boot bootp",
    vendor: [0x02, 0x10, 0x01],
    isBootp: true,
    options: [
      [57, [2, 64]],
      [55, [1, 3, 6, 12, 15, 17]],
    ],
    waitsMs: [250, 500, 1000, 2000],
    lacks: lacksHeader,
  },
  {
    name: "u-boot dhcp",
    vendor: [0x02, 0x10, 0x02],
    options: [
      [57, [2, 64]],
      [93, [0, 0x16]],
      [60, "U-Boot.armv8"],
      [55, [1, 3, 6, 12, 15, 17, 66, 67]],
    ],
    waitsMs: [250, 500, 1000, 2000],
    lacks: lacksHeader,
  },
  {
    name: "pxe bios",
    vendor: [0x00, 0x1b, 0x21],
    wantsBroadcast: true,
    options: [
      [57, [4, 236]],
      [55, PXE_LIST],
      [97, IDENTIFIER],
      [93, [0, 0]],
      [94, [1, 2, 1]],
      [60, "PXEClient:Arch:00000:UNDI:002001"],
    ],
    waitsMs: [4000, 8000, 16_000],
    lacks: lacksPxe(BIOS_LOADER),
    next: "ipxe",
  },
  {
    name: "uefi",
    vendor: [0x00, 0x1b, 0x22],
    wantsBroadcast: true,
    options: [
      [57, [5, 192]],
      [55, PXE_LIST],
      [97, IDENTIFIER],
      [94, [1, 3, 16]],
      [93, [0, 7]],
      [60, "PXEClient:Arch:00007:UNDI:003016"],
    ],
    waitsMs: [4000, 8000, 16_000],
    lacks: lacksPxe(UEFI_LOADER),
    next: "ipxe",
  },
  {
    name: "ipxe",
    vendor: [0x52, 0x54, 0x00],
    options: [
      [57, [5, 192]],
      [93, [0, 7]],
      [94, [1, 3, 16]],
      [60, "PXEClient:Arch:00007:UNDI:003016"],
      [77, "iPXE"],
      [55, [1, 3, 6, 7, 12, 15, 17, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203]],
      [175, [177, 5, 1, 0x80, 0x86, 0x10, 0x0e, 235, 3, 1, 0, 0, 23, 1, 1]],
      [61, [1, 0x52, 0x54, 0, 0, 0, 1]],
      [97, IDENTIFIER],
    ],
    waitsMs: [1000, 2000, 4000],
    lacks: (answer) => (answer.file === SCRIPT ? lacksHeader(answer) : `its script: it was told ${answer.file}`),
    next: "linux",
  },
  {
    name: "raspberry pi",
    vendor: [0xb8, 0x27, 0xeb],
    options: [
      [55, [1, 3, 43, 60, 66, 67]],
      [93, [0, 0]],
      [94, [1, 2, 1]],
      [97, IDENTIFIER],
      [60, "PXEClient:Arch:00000:UNDI:002001"],
    ],
    waitsMs: [1000, 2000, 4000],
    lacks: (answer) =>
      answer.text(43)?.includes("Raspberry Pi Boot") === true ? lacksPxe(PI_LOADER)(answer) : "option 43",
  },
  {
    name: "cisco phone",
    vendor: [0x00, 0x1a, 0xa1],
    options: [
      [60, "Cisco Systems, Inc. IP Phone CP-7960"],
      [55, [1, 66, 6, 3, 15, 150, 35]],
      [12, "SEP001AA1000001"],
    ],
    waitsMs: [4000, 8000, 16_000],
    lacks: lacksOption(150),
  },
  {
    name: "polycom phone",
    vendor: [0x00, 0x04, 0xf2],
    options: [
      [60, [0, 0, 0x36, 0x28, 9, 1, 1]],
      [55, [1, 28, 160, 66, 43, 3, 2, 4, 42, 7, 6, 15]],
      [57, [5, 192]],
    ],
    waitsMs: [2000, 4000],
    lacks: lacksOption(66),
  },
  {
    name: "switch",
    vendor: [0x00, 0x1c, 0x73],
    wantsBroadcast: true,
    options: [
      [55, [1, 3, 6, 12, 15, 28, 42, 66, 67, 150]],
      [61, "switch-1"],
      [60, "Arista;DCS-7050;4.2"],
    ],
    waitsMs: [3000, 6000],
    lacks: (answer) => lacksOption(67)(answer) || lacksOption(150)(answer) || lacksOption(66)(answer),
  },
  {
    name: "linux",
    vendor: [0x52, 0x54, 0x01],
    options: [
      [61, [255, 1, 2, 3, 4, 0, 2, 0, 0, 0xab, 0x11]],
      [55, [1, 3, 6, 12, 15, 28, 42]],
      [60, "dhcpcd-10.0"],
      [57, [5, 192]],
    ],
    waitsMs: [4000, 8000, 16_000],
    lacks: () => NONE,
  },
];

/** @throws RangeError for a name that no model has. */
export function modelOf(name: string): DeviceModel {
  const model = DEVICE_MODELS.find((candidate) => candidate.name === name);
  if (model === undefined) {
    throw new RangeError(`there is no device "${name}"`);
  }
  return model;
}
