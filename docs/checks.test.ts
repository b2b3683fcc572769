import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkRules } from "#lib/mesh/istio/policy/checks/registry.ts";

const text = readFileSync(new URL("checks.md", import.meta.url), "utf8");
const parity = readFileSync(new URL("parity.md", import.meta.url), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| `"));

describe("docs/checks.md", () => {
  test("lists every check as the registry has it", () => {
    const wanted = checkRules.map(
      ({ code, severity, also, when, docs }) =>
        `| \`${code}\` | ${severity} | ${also.join(", ")} | ${when} [more](${docs}) |`,
    );
    expect(rows).toEqual(wanted);
  });

  test("every code of Kiali and istioctl that a check names has a row in docs/parity.md that claims it", () => {
    const claims = parity.split("\n").filter((line) => / (yes|partly) \|/.test(line));
    const unclaimed = checkRules
      .flatMap(({ also }) => also)
      .filter((code) => !claims.some((line) => line.includes(code)));
    expect([...new Set(unclaimed)]).toEqual([]);
  });
});
