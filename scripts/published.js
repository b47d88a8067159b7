/** Brings `@types/node` into a project whose own settings do not name it. */
const NODE_TYPES = '/// <reference types="node" />\n';

/** Modules that TypeScript may import, with their names and declarations. */
export const PUBLISHED = [
  {
    name: "lockstep-tftp",
    about: "A TFTP server and client for Node programs: {@link TftpServer}, {@link get} and {@link put}.",
    input: "hosts/node/index.d.ts",
    file: "dist/node/index.d.ts",
    types: NODE_TYPES,
  },
  {
    name: "lockstep-tftp/engine",
    about: "The engine: TFTP without I/O, for a host that brings sockets, a clock and a storage.",
    input: "src/index.d.ts",
    file: "dist/engine.d.ts",
  },
  {
    name: "lockstep-tftp/engine/client",
    about: "The engine's client: fetches and puts files without I/O.",
    input: "src/client/index.d.ts",
    file: "dist/engine/client.d.ts",
  },
  {
    name: "lockstep-tftp/dhcp",
    about: "DHCP and BOOTP without I/O, for a network that has no other server: {@link DhcpEngine}.",
    input: "src/dhcp/index.d.ts",
    file: "dist/dhcp.d.ts",
  },
  {
    name: "lockstep-tftp/node/dhcp-server",
    about: "A DHCP and BOOTP server for Node programs: {@link DhcpServer}.",
    input: "hosts/node/dhcp/index.d.ts",
    file: "dist/node/dhcp-server.d.ts",
    types: NODE_TYPES,
  },
  {
    name: "lockstep-tftp/simulated",
    about: "A seeded network with models of real clients, for tests: {@link Simulation}.",
    input: "hosts/simulated/index.d.ts",
    file: "dist/simulated/index.d.ts",
  },
  {
    name: "lockstep-tftp/server",
    about: "A TFTP server for firmware on the Moddable SDK.",
    input: "hosts/moddable/server.d.ts",
    file: "dist/moddable/server.d.ts",
  },
  {
    name: "lockstep-tftp/client",
    about: "A TFTP client for firmware on the Moddable SDK.",
    input: "hosts/moddable/client.d.ts",
    file: "dist/moddable/client.d.ts",
  },
  {
    name: "lockstep-tftp/udp",
    about: "The project's own UDP class for the Moddable SDK.",
    input: "hosts/moddable/udp-class.d.ts",
    file: "dist/moddable/udp.d.ts",
  },
  {
    name: "lockstep-tftp/dhcp-server",
    about: "A DHCP and BOOTP server for firmware on the Moddable SDK.",
    input: "hosts/moddable/dhcp-server.d.ts",
    file: "dist/moddable/dhcp-server.d.ts",
  },
  {
    name: "lockstep-tftp/storage",
    about: "Storages for firmware on the Moddable SDK.",
    input: "hosts/moddable/storage/index.d.ts",
    file: "dist/moddable/storage.d.ts",
  },
  {
    name: "lockstep-tftp/templates",
    about: "Texts that a board fills for each machine, for firmware on the Moddable SDK.",
    input: "hosts/moddable/templates.d.ts",
    file: "dist/moddable/templates.d.ts",
  },
  {
    name: "lockstep-tftp/copy",
    about: "Copying from the flash image, without garbage, for firmware on the Moddable SDK.",
    input: "hosts/moddable/copy.d.ts",
    file: "dist/moddable/copy.d.ts",
  },
  {
    name: "lockstep-tftp/status-page",
    about: "The status page for firmware on the Moddable SDK.",
    input: "hosts/moddable/status/status-page.d.ts",
    file: "dist/moddable/status-page.d.ts",
  },
];
