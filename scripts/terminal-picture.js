/** A terminal's screen as SVG, in light colours. */

const CELL_WIDTH = 8.4;
const LINE_HEIGHT = 19;
const MARGIN = 16;
const TEXT = "#1b2330";
const FAINT = "#566072";
/** The first eight colours of a terminal, dark enough for a white ground. */
const COLOURS = ["#1b2330", "#b3261e", "#17703a", "#8a5a00", "#1d5fd1", "#8a2b9e", "#0b6b78", "#566072"];

/**
 * @param buffer the active buffer of an emulator. Its first line has the name of the pseudo terminal, and is left out.
 * @param hidden a text that is not for the picture.
 * @param shown what is in its place.
 */
export function terminalPicture(buffer, hidden, shown) {
  const rows = Array.from({ length: buffer.length }, (_, row) => runsOf(buffer.getLine(row), hidden, shown)).slice(1);
  while (rows.length > 0 && rows.at(-1).every(({ text }) => text.trim() === "")) {
    rows.pop();
  }
  const columns = Math.max(
    ...rows.map((runs) => runs.reduce((end, { at, text }) => Math.max(end, at + text.trimEnd().length), 0)),
  );
  const width = Math.ceil(columns * CELL_WIDTH + 2 * MARGIN);
  const height = rows.length * LINE_HEIGHT + 2 * MARGIN;
  const lines = rows.flatMap((runs, row) => runs.map((run) => textOf(run, MARGIN + (row + 0.75) * LINE_HEIGHT)));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"
font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">
<title>The live view</title>
<rect width="100%" height="100%" rx="8" fill="#fff" stroke="#d9dde5"/>
${lines.filter((line) => line !== "").join("\n")}
</svg>
`;
}

/** Parts of a line that look the same. */
function runsOf(line, hidden, shown) {
  const runs = [];
  for (let at = 0; at < line.length; at++) {
    const cell = line.getCell(at);
    if (cell.getWidth() === 0) {
      continue;
    }
    const style = styleOf(cell);
    const text = cell.getChars() || " ";
    if (runs.at(-1)?.style === style) {
      runs.at(-1).text += text;
    } else {
      runs.push({ at, style, text });
    }
  }
  return runs.map((run) => ({ ...run, text: run.text.replace(hidden, shown).trimEnd() }));
}

function styleOf(cell) {
  const colour = cell.isFgPalette() ? COLOURS[cell.getFgColor() % COLOURS.length] : cell.isDim() ? FAINT : TEXT;
  return `fill="${colour}"${cell.isBold() ? ' font-weight="bold"' : ""}`;
}

/** The length of the text is given, since fonts differ. */
function textOf({ at, style, text }, y) {
  const start = text.length - text.trimStart().length;
  const visible = text.trim().replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  if (visible === "") {
    return "";
  }
  const x = (MARGIN + (at + start) * CELL_WIDTH).toFixed(1);
  const length = (text.trim().length * CELL_WIDTH).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${length}" xml:space="preserve" ${style}>${visible}</text>`;
}
