/** How often each rule was used, in the class, in the status and the metrics, and in the log. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { type NameRule, StatusPage } from "lockstep-tftp";
import { fetchFile, putFile } from "../../../support/retrying-client.js";
import { ServerProcess } from "../../../support/server-process.js";
import { serving } from "../../../support/serving.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const RULES: readonly NameRule[] = [
  { match: "*.key", refuse: true },
  { match: "*.cfg", direction: "get", to: "own/{name}" },
  { match: "*.cfg", direction: "get", to: "common/{name}" },
  { match: 'never "\\used', to: "x" },
  { match: "**", direction: "put", to: "in/{1}" },
];

function folder(t: TestContext): string {
  const root = temporaryFolder(t);
  for (const name of ["own", "common", "in"]) {
    mkdirSync(path.join(root, name));
  }
  writeFileSync(path.join(root, "own/a.cfg"), "own");
  writeFileSync(path.join(root, "common/b.cfg"), "common");
  writeFileSync(path.join(root, "plain"), "plain");
  return root;
}

/** Uses the second rule once, the third and the last one twice, and the first one three times. */
async function use(port: number): Promise<void> {
  await fetchFile("a.cfg", { port });
  await fetchFile("b.cfg", { port });
  await fetchFile("b.cfg", { port });
  await fetchFile("plain", { port });
  await assert.rejects(fetchFile("none.cfg", { port }), { errorCode: 1 });
  await putFile("c", Buffer.from("c"), { port });
  await putFile("d", Buffer.from("d"), { port });
  for (const request of [fetchFile("x.key", { port }), putFile("x.key", Buffer.from("x"), { port })]) {
    await assert.rejects(request, { errorCode: 2 });
  }
  // Mapped by the second rule and refused by the first one.
  await assert.rejects(fetchFile("X.KEY", { port }), { errorCode: 2 });
}

const COUNTS = [3, 1, 2, 0, 2];

test("a rule is counted when it finds the file, takes an upload or refuses, in the status and in the metrics", async (t) => {
  const { server, port } = await serving(t, { root: folder(t), write: "new", rules: RULES });
  const page = new StatusPage(server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  await use(port);
  assert.deepEqual(
    server.rules?.uses.map(({ count }) => count),
    COUNTS,
  );
  const status = (await (await fetch(new URL("api/status", page.url))).json()) as { rules: unknown[] };
  assert.deepEqual(status.rules[1], { rule: 2, match: "*.cfg", count: 1 });
  const metrics = await (await fetch(new URL("metrics", page.url))).text();
  assert.deepEqual(metrics.match(/^lockstep_tftp_rule_uses_total.*$/gm), [
    'lockstep_tftp_rule_uses_total{rule="1",match="*.key"} 3',
    'lockstep_tftp_rule_uses_total{rule="2",match="*.cfg"} 1',
    'lockstep_tftp_rule_uses_total{rule="3",match="*.cfg"} 2',
    'lockstep_tftp_rule_uses_total{rule="4",match="never \\"\\\\used"} 0',
    'lockstep_tftp_rule_uses_total{rule="5",match="**"} 2',
  ]);
});

test("without rules the status and the metrics say nothing of them", async (t) => {
  const { server } = await serving(t, { root: temporaryFolder(t) });
  const page = new StatusPage(server, { port: 0 });
  await page.listen();
  t.after(() => page.close());
  assert.doesNotMatch(await (await fetch(new URL("api/status", page.url))).text(), /"rules"/);
  assert.doesNotMatch(await (await fetch(new URL("metrics", page.url))).text(), /rule/);
});

test("the log at debug says how often each rule was used, when the rules are read again and at the end", async (t) => {
  const root = folder(t);
  const config = path.join(temporaryFolder(t), "tftp.toml");
  const toml = RULES.map(
    (rule) =>
      `[[rules]]\n${Object.entries(rule)
        .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
        .join("\n")}`,
  );
  writeFileSync(config, `log-level = "debug"\nwrite = true\n${toml.join("\n")}\n`);
  const server = await ServerProcess.start(t, [root, "--config", config, "--log", "json"]);
  const uses = (): number[] =>
    server.lines
      .map((line) => JSON.parse(line))
      .flatMap(({ event, requests }) => (event === "rule-used" ? requests : []));
  await use(server.port);
  server.signal("SIGHUP");
  await server.line(/"event":"reloaded"/);
  assert.deepEqual(uses(), COUNTS);
  await fetchFile("a.cfg", { port: server.port });
  server.signal("SIGTERM");
  await server.ended;
  assert.deepEqual(uses(), [...COUNTS, 0, 1, 0, 0, 0]);
  const renamed = server.lines.map((line) => JSON.parse(line)).find(({ event }) => event === "renamed");
  assert.deepEqual([renamed.foundFile, renamed.rule], ["own/a.cfg", 2]);
});
