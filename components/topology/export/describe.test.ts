import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { fileName, footer, safeName } from "./describe.ts";

const at = "2026-08-20T14:00:00Z";

describe("what stands under a picture", () => {
  it("says when, over what, of which scope and how much", () => {
    const lines = footer({ at, window: "5m", nodes: 3, edges: 1, view: { ...DEFAULT_VIEW, namespaces: ["shop"] } });
    expect(lines[0]).toBe("Meshscope · 2026-08-20 14:00:00 UTC · averages over 5 m");
    expect(lines[1]).toBe("Clusters all · namespaces shop · 3 marks, 1 edge");
    expect(lines[2]).toContain("failing");
  });

  it("says what it was compared with", () => {
    const view = { ...DEFAULT_VIEW, compareAt: "1787227200" };
    expect(footer({ at, window: "1m", nodes: 1, edges: 0, view })[0]).toContain(
      "compared with 2026-08-20 12:00:00 UTC",
    );
  });
});

describe("names of files", () => {
  it("name scope and time", () => {
    const view = { ...DEFAULT_VIEW, clusters: ["west-1"], namespaces: ["shop"] };
    expect(fileName({ at, view }, "svg")).toBe("topology-west-1-shop-2026-08-20T14-00-00Z.svg");
    expect(fileName({ at, view: DEFAULT_VIEW }, "json")).toBe("topology-all-2026-08-20T14-00-00Z.json");
  });

  it("hold nothing that a file system reads as more than a name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const name = safeName(text);
        expect(name).toMatch(/^[\p{L}\p{N}][\p{L}\p{N}-]*$/u);
        expect([...name].length).toBeLessThanOrEqual(60);
      }),
    );
  });
});
