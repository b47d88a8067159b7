/** The commands that the pages show are run as they are printed, with the printed addresses and ports. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNamespace, UNLESS_NAMESPACES } from "../support/network-namespace.js";
import { hasProgram, script } from "../support/program.js";
import { NOT_RUN, PAGES, RUN_ELSEWHERE, shellBlocksOf, textOf } from "./shell-blocks.js";

const SCENARIO = script("./run-commands-scenario.js", import.meta.url);
const missing = ["atftp", "bash", "curl", "fish", "zsh"].filter((name) => !hasProgram(name));
const skip =
  UNLESS_NAMESPACES ||
  (missing.length > 0 && `${missing.join(" and ")} not installed (Debian: atftp, bash, curl, fish, zsh)`);

for (const page of PAGES) {
  const blocks = shellBlocksOf(textOf(page));
  if (blocks.some(({ reason, commands }) => reason === undefined && commands.length > 0)) {
    test(`the commands of ${page} run as they are printed`, { skip }, async () => {
      const { code, stdout, stderr } = await runInNamespace(SCENARIO, page);
      assert.equal(code, 0, `${stdout}\n${stderr}`);
    });
  }

  test(`the blocks of ${page} that are not run say why`, () => {
    assert.deepEqual(
      blocks.filter(({ reason }) => reason === ""),
      [],
    );
    // Other names for shells would hide commands from these tests.
    assert.doesNotMatch(textOf(page), /^ *```(bash|shell|zsh|console|powershell|cmd|bat)$/m);
  });
}

for (const [command, file] of Object.entries(RUN_ELSEWHERE)) {
  test(`${file} runs what the pages show as: ${command}`, () => {
    const verb = command.split(" ").find((word) => !["npm", "run"].includes(word)) as string;
    assert.ok(textOf(file).includes(verb));
  });
}

test("an unmarked block is run, a marked one is not, and a mark without a reason is found", () => {
  const blocks = ["curl tftp://a/b", `${NOT_RUN}needs a board\nmcconfig -d`, "# not run by the tests:\nmcconfig -d"];
  const found = shellBlocksOf(blocks.map((code) => `\`\`\`sh\n${code}\n\`\`\`\n`).join("\n"));
  assert.deepEqual(
    found.map(({ reason }) => reason),
    [undefined, "needs a board", ""],
  );
});
