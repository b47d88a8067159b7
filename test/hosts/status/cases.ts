/** Cases of the status page that run against every host. */
import { describe } from "node:test";
import { fileCases } from "./file-cases.js";
import { hostileCases } from "./hostile-cases.js";
import { originCases } from "./origin-cases.js";
import { pageCases } from "./page-cases.js";
import type { SiteOpener } from "./site.js";
import { uploadCases } from "./upload-cases.js";

export function siteCases(host: string, open: SiteOpener): void {
  describe(`the status page on ${host}`, () => {
    pageCases(open);
    originCases(open);
    uploadCases(open);
    fileCases(open);
    hostileCases(open);
  });
}
