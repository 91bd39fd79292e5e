// Feeds a recording to xterm.js, the terminal of VS Code, and prints all its lines as JSON.
// stdin: one JSON array of steps, each {"data": base64} or {"columns": N, "rows": N}; the first one is a size.
// argv: the folder where @xterm/headless is installed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const { Terminal } = createRequire(process.argv[2] + "/")("@xterm/headless");
const [first, ...steps] = JSON.parse(readFileSync(0, "utf8"));
const terminal = new Terminal({ cols: first.columns, rows: first.rows, scrollback: 1_000_000, allowProposedApi: true });
for (const step of steps) {
  if (step.data === undefined) terminal.resize(step.columns, step.rows);
  else await new Promise((done) => terminal.write(Buffer.from(step.data, "base64"), done));
}
const buffer = terminal.buffer.normal;
const lines = [];
for (let y = 0; y < buffer.length; y++) {
  const row = buffer.getLine(y);
  const text = row.translateToString(true);
  if (row.isWrapped && lines.length) lines[lines.length - 1] += text;
  else lines.push(text);
}
console.log(JSON.stringify({ lines, kind: terminal.buffer.active.type }));
