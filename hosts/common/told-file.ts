/** Whether a client that DHCP told `told` asks for that file; `asked` is clean, as the TFTP server gives names. */
export function isToldFile(told: string, asked: string): boolean {
  const components = told.replaceAll("\\", "/").split("/");
  return components.filter((component) => component !== "" && component !== ".").join("/") === asked;
}
