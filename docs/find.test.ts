import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { formatCount } from "#lib/format.ts";
import { MOST_CHARACTERS, MOST_NESTED } from "#lib/graph/find/limits.ts";
import { appliesTo, type Operand } from "#lib/graph/find/operand.ts";
import { OPERANDS } from "#lib/graph/find/operands.ts";
import { parse } from "#lib/graph/find/parse.ts";
import { QUANTITY_WORDS, unitsOf } from "#lib/graph/find/units.ts";

const FILE = new URL("find.md", import.meta.url);
const text = readFileSync(FILE, "utf8");
const ABOUT = { node: "nodes", edge: "edges", both: "both" } as const;

function valueOf(operand: Operand): string {
  if (operand.type === "word") return operand.words.map(({ word }) => `\`${word}\``).join(" ");
  if (operand.type === "text") return "text";
  if (operand.type === "flag") return "";
  const kind = QUANTITY_WORDS[operand.type].name
    .replace(/^a /, "")
    .replace(" or a ", " or ")
    .replace("number", "count");
  return operand.range === undefined ? kind : `${kind}, ${operand.range.join(" to ")}`;
}

const code = (name: string) => `\`${name}\``;

function rowOf(operand: Operand): string {
  const name = operand.keyed ? `${operand.name}:KEY` : operand.name;
  const cells = [
    code(name),
    operand.aliases.map(code).join(" "),
    ABOUT[appliesTo(operand)],
    valueOf(operand),
    operand.help,
  ];
  return `| ${cells.join(" | ")} |`;
}

it("docs/find.md lists every operand as the code has it, in its order (UPDATE_FIND=1 rewrites it)", () => {
  const from = text.indexOf("| `", text.indexOf("| operand |"));
  const to = text.indexOf("\n## From Kiali");
  const rows = OPERANDS.map((operand) => `${rowOf(operand)}\n`).join("");
  if (process.env["UPDATE_FIND"] === "1") writeFileSync(FILE, text.slice(0, from) + rows + text.slice(to));
  else expect(text.slice(from, to)).toBe(rows);
});

it("its units are the code's", () => {
  for (const kind of ["time", "rate", "share", "bytes"] as const) {
    expect(text).toContain(
      `| ${QUANTITY_WORDS[kind].name.replace(/^a /, "")} | ${unitsOf(kind).map(code).join(" ")} |`,
    );
  }
});

it("its limits are the code's", () => {
  expect(text).toContain(`${formatCount(MOST_CHARACTERS)} characters at most`);
  expect(text).toContain(`go ${MOST_NESTED} deep`);
});

it("its examples are read", () => {
  const indented = text
    .slice(0, text.indexOf("## Grammar"))
    .split("\n")
    .filter((line) => line.startsWith("    "));
  const written = [...text.matchAll(/^\| [^|`]+ \| `([^`]+)` \|$/gm)].flatMap(([, example]) => example ?? []);
  const examples = [...indented.map((line) => line.trim()), ...written.filter((example) => example.includes(" "))];
  expect(examples.length).toBeGreaterThanOrEqual(10);
  for (const example of examples) expect(parse(example).ok, example).toBe(true);
});
