/** The module that gives addresses, built into the firmware if its manifest is included. */
declare module "lockstep-tftp/firmware-dhcp" {
  const BootNetwork: typeof import("../firmware/boot-network.js").default;
  export default BootNetwork;
}
