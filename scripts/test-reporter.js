/** A reporter of node:test for `test-summary.js`: a line of JSON for each failed or skipped test, and for each total. */
export default async function* report(events) {
  for await (const { type, data } of events) {
    // A skipped suite is in no total of node:test, and neither are its tests.
    if (type === "test:pass" && data.skip !== undefined) {
      yield `${JSON.stringify({ skipped: data.name, reason: data.skip })}\n`;
    } else if (type === "test:fail") {
      yield `${JSON.stringify({ failed: data.name, file: data.file })}\n`;
    } else if (type === "test:diagnostic") {
      const [, total, count] = /^(pass|fail|cancelled) (\d+)$/.exec(data.message) ?? [];
      if (total !== undefined) {
        yield `${JSON.stringify({ total, count: Number(count) })}\n`;
      }
    }
  }
}
