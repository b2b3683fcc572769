/** What `meshscope analyze` prints. */
import type { CheckRule, Finding, Severity } from "#lib/policy/finding.ts";
import { SEVERITIES } from "#lib/policy/finding.ts";
import { refText } from "#lib/policy/ref.ts";
import type { Problem } from "./read.ts";

export interface Placed extends Omit<Finding, "namespaces"> {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Report {
  readonly findings: readonly Placed[];
  readonly problems: readonly Problem[];
  readonly notes: readonly Problem[];
  readonly files: number;
  readonly objects: number;
}

/** The code under which a document that can't be read is reported in SARIF. */
const BROKEN = "document-unreadable";

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? "" : "s"}`;
const at = ({ file, line, column }: Problem | Placed): string => `${file}:${line}:${column}`;

export function asText({ findings, problems, notes, files, objects }: Report): string {
  const lines = [
    ...problems.map((each) => `${at(each)}: error: can't be read: ${each.message}`),
    ...findings.flatMap((each) => [
      `${at(each)}: ${each.severity}: ${each.message} [${[each.code, ...each.also].join(", ")}]`,
      `    ${refText(each.object)}${each.path === "" ? "" : ` ${each.path}`}`,
      `    fix: ${each.fix.text}`,
    ]),
    ...notes.map((each) => `${at(each)}: note: ${each.message}`),
  ];
  const by = (severity: Severity) => findings.filter((each) => each.severity === severity).length;
  const words: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "remark" };
  const sums = SEVERITIES.map((severity) => count(by(severity), words[severity])).join(", ");
  const broken = problems.length === 0 ? "" : `, ${count(problems.length, "document")} unreadable`;
  return [...lines, `${count(objects, "object")} in ${count(files, "file")}: ${sums}${broken}`, ""].join("\n");
}

export function asJson({ findings, problems, notes, files, objects }: Report): string {
  return `${JSON.stringify({ findings, files, objects, problems, notes }, null, 2)}\n`;
}

const LEVELS: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "note" };

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function asSarif({ findings, problems }: Report, rules: readonly CheckRule[], version: string): string {
  const all = [...rules.map(ruleOf), brokenRule];
  const index = new Map(all.map(({ id }, place) => [id, place]));
  const location = (each: Problem | Placed, logical?: string) => ({
    physicalLocation: {
      artifactLocation: { uri: uriOf(each.file) },
      region: { startLine: each.line, startColumn: each.column },
    },
    ...(logical === undefined ? {} : { logicalLocations: [{ fullyQualifiedName: logical }] }),
  });
  const results = [
    ...problems.map((each) => ({
      ...{ ruleId: BROKEN, ruleIndex: index.get(BROKEN), level: "error" },
      message: { text: each.message },
      locations: [location(each)],
    })),
    ...findings.map((each) => ({
      ...{ ruleId: each.code, ruleIndex: index.get(each.code), level: LEVELS[each.severity] },
      message: { text: `${each.message} ${each.fix.text}` },
      locations: [location(each, `${refText(each.object)}${each.path === "" ? "" : ` ${each.path}`}`)],
      partialFingerprints: { "meshscope/v1": [each.code, refText(each.object), each.path].join(" ") },
    })),
  ];
  const driver = { name: "meshscope", semanticVersion: version, rules: all };
  const run = { tool: { driver }, columnKind: "utf16CodeUnits", results };
  const log = { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const ruleOf = ({ code, also, severity, when, docs }: CheckRule) => ({
  id: code,
  shortDescription: { text: when },
  helpUri: docs,
  defaultConfiguration: { level: LEVELS[severity] },
  properties: { tags: [...also] },
});

const brokenRule = {
  id: BROKEN,
  shortDescription: { text: "A document can't be read as an object of Kubernetes." },
  helpUri: "https://kubernetes.io/docs/concepts/overview/working-with-objects/",
  defaultConfiguration: { level: "error" },
  properties: { tags: ["IST0106"] },
};

/** A relative reference for relative paths, a file URL for absolute ones. */
function uriOf(file: string): string {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return file.startsWith("/") ? `file://${path}` : path.replace(/^\.\//, "");
}
