/** The pages: their links lead somewhere, and the names that their examples import exist. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { PROJECT } from "../support/program.js";

const pages = [
  ...readdirSync(PROJECT).filter((name) => name.endsWith(".md")),
  ...readdirSync(path.join(PROJECT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** A page without its code blocks, which have no links and no headings. */
function prose(file: string): string {
  const text = readFileSync(file, "utf8");
  return text.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** Anchors of a page's headings, as repository hosts make them. */
function anchors(file: string): Set<string> {
  const found = new Set<string>();
  for (const [, heading = ""] of prose(file).matchAll(/^#+ (.*)$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const anchor = words.replaceAll(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(/\s/g, "-");
    let number = 0;
    while (found.has(number === 0 ? anchor : `${anchor}-${number}`)) {
      number++;
    }
    found.add(number === 0 ? anchor : `${anchor}-${number}`);
  }
  return found;
}

/** Flaw of a link within the repository, or undefined. */
function flaw(page: string, link: string): string | undefined {
  const [target = "", anchor] = link.split("#");
  const file = target === "" ? page : path.join(path.dirname(page), target);
  if (!existsSync(path.join(PROJECT, file))) {
    return `${file} does not exist`;
  }
  if (anchor !== undefined && !anchors(path.join(PROJECT, file)).has(anchor)) {
    return `${file} has no heading #${anchor}`;
  }
  return undefined;
}

for (const page of pages) {
  test(`the links of ${page} lead somewhere`, () => {
    const links = [...prose(path.join(PROJECT, page)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
    const flaws = links.filter((link) => !/^https?:/.test(link)).map((link) => flaw(page, link));
    assert.deepEqual(
      flaws.filter((text) => text !== undefined),
      [],
    );
  });
}

test("names that the pages import from this package exist", async () => {
  const imports = pages.flatMap((page) => [
    ...readFileSync(path.join(PROJECT, page), "utf8").matchAll(
      /^import \{ ([^}]+) \} from "(lockstep-tftp(?:|\/engine|\/simulated))";/gm,
    ),
  ]);
  assert.ok(imports.length > 0);
  for (const [statement, names = "", module = ""] of imports) {
    const exported = await import(module);
    for (const name of names.split(", ")) {
      assert.ok(name in exported, statement);
    }
  }
});
