import { StatusPage, type StatusPageOptions } from "lockstep-tftp";
import { ServedFolder } from "../../support/served-folder.js";
import { hiddenFiles } from "../../support/temporary-folder.js";
import { siteCases } from "./cases.js";
import type { OpenSite, SiteOptions } from "./site.js";

async function openNodeSite(options: SiteOptions): Promise<OpenSite> {
  const { files, write = "never", maxSizeBytes, ...pageOptions } = options;
  const folder = await ServedFolder.open(files, {
    write,
    ...(maxSizeBytes === undefined ? {} : { maxSizeBytes }),
  });
  const page = new StatusPage(folder.server, { port: 0, ...(pageOptions as StatusPageOptions) });
  await page.listen();
  return {
    port: Number(new URL(page.url).port),
    contents: (name) => (folder.has(name) ? Buffer.from(folder.contents(name)) : undefined),
    litter: () => hiddenFiles(folder.root),
    async [Symbol.asyncDispose]() {
      await page.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

siteCases("Node", openNodeSite);
