import { describe, expect, it } from "vitest";
import { placeAt } from "./place.ts";

/** The place of the bar. */
function at(source: string) {
  const lines = source.split("\n");
  const line = lines.findIndex((text) => text.includes("|"));
  const column = lines[line]?.indexOf("|") ?? 0;
  return placeAt(
    lines.map((text) => text.replace("|", "")),
    line,
    column,
  );
}

const HEAD = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: a\n";

describe("the place of the cursor", () => {
  it.each([
    ["at the root", `${HEAD}sp|`, [], "sp"],
    ["in a map", `${HEAD}spec:\n  ho|`, ["spec"], "ho"],
    ["on an empty line, by its column", `${HEAD}spec:\n  |`, ["spec"], ""],
    ["in a list's item", `${HEAD}spec:\n  http:\n  - ro|`, ["spec", "http", "[]"], "ro"],
    ["in an item's further line", `${HEAD}spec:\n  http:\n  - name: a\n    ro|`, ["spec", "http", "[]"], "ro"],
    ["with indented dashes", `${HEAD}spec:\n  http:\n    - name: a\n      ro|`, ["spec", "http", "[]"], "ro"],
    [
      "two lists deep",
      `${HEAD}spec:\n  http:\n  - name: a\n    route:\n    - destination:\n        ho|`,
      ["spec", "http", "[]", "route", "[]", "destination"],
      "ho",
    ],
    [
      "behind an item that came before",
      `${HEAD}spec:\n  http:\n  - name: a\n    route: []\n  - na|`,
      ["spec", "http", "[]"],
      "na",
    ],
    ["in the second document", `${HEAD}spec:\n  hosts: [a]\n---\n${HEAD}metadata:\n  la|`, ["metadata"], "la"],
  ])("%s", (_, source, path, key) => {
    const place = at(source);
    expect(place.path).toEqual(path);
    expect(place.key).toBe(key);
  });

  it("knows the document's kind, a value, and what stands beside", () => {
    const place = at(`${HEAD}spec:\n  mtls:\n    mode: S|\n    other: 1`);
    expect(place).toMatchObject({ kind: "VirtualService", apiVersion: "networking.istio.io/v1", inValue: true });
    expect(place.siblings).toEqual(["other"]);
    expect(at(`${HEAD}spec:\n  http:\n  - name: a\n    ti|`).siblings).toEqual(["name"]);
  });
});
