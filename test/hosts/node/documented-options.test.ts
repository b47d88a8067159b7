/** Tables of options and events in the documents: each has a row for each option of its type, and no other row. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { declarationsOf } from "../../support/declarations.js";
import { PROJECT } from "../../support/program.js";

const declarations = declarationsOf("dist/node/index.d.ts");

/** Names in backquotes in the first column of the table whose heading begins with `heading`. A row may have several. */
function documentedNames(page: string, heading: string): string[] {
  const lines = readFileSync(path.join(PROJECT, "docs", page), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading}`));
  assert.ok(start >= 0, `${page} has no table of the ${heading}`);
  const names: string[] = [];
  for (let index = start + 2; lines[index]?.startsWith("|"); index++) {
    const [, first = ""] = (lines[index] as string).split("|");
    names.push(...[...first.matchAll(/`([A-Za-z]+)`/g)].map(([, name]) => name as string));
  }
  return names.sort();
}

const dhcpDeclarations = declarationsOf("dist/node/dhcp-server.d.ts");

for (const [page, heading, types] of [
  ["embedding-node.md", "option of `TftpServer`", ["TftpServerOptions"]],
  ["embedding-node.md", "event of `TftpServer`", ["TftpServerEvents"]],
  ["embedding-node.md", "option of `DhcpServer`", ["DhcpServerOptions"]],
  ["embedding-node.md", "event of `DhcpServer`", ["DhcpServerEvents"]],
  ["client.md", "option of `get` and `put`", ["ClientTransferOptions", "GetToOptions"]],
  ["status-page.md", "option of `StatusPage`", ["StatusPageOptions"]],
  ["status-page.md", "event of `StatusPage`", ["StatusPageEvents"]],
] as const) {
  test(`docs/${page} has a row for each ${heading}`, () => {
    const source = heading.includes("`DhcpServer`") ? dhcpDeclarations : declarations;
    const names = new Set(types.flatMap((type) => source.propertyNames(type)));
    assert.deepEqual(documentedNames(page, heading), [...names].sort());
  });
}
