import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patchTraceView, readTraceView, TABS, type TracePatch } from "./view-state.ts";

const read = (text: string) => readTraceView(new URLSearchParams(text));
const patched = (text: string, patch: TracePatch) => patchTraceView(new URLSearchParams(text), patch).toString();

describe("the address of a trace's page", () => {
  it("says nothing about a view that is as usual", () => {
    expect(patched("", {})).toBe("");
    expect(patched("tab=timeline&q=&path=on", {})).toBe("");
  });

  it.each([
    ["a span", { span: "00000000000000a1" }, "span=00000000000000a1"],
    ["a zoom", { zoom: { from: 1000, to: 2_500_000 } }, "zoom=1000-2500000"],
    ["what is folded", { levels: 1, turned: ["00000000000000a1"] }, "levels=1&turned=00000000000000a1"],
    ["a tab", { tab: "flame" as const }, "tab=flame"],
    ["how it is drawn", { colour: "depth" as const, path: false, skew: false }, "colour=depth&path=off&skew=off"],
  ])("holds %s", (_, patch, text) => {
    expect(patched("", patch)).toBe(text);
    expect(read(text)).toMatchObject(patch);
  });

  it("keeps what isn't its own", () => {
    expect(patched("clusters=west-1&backends=jaeger", { find: "cart" })).toBe("clusters=west-1&backends=jaeger&q=cart");
  });

  it("names backends in the plural of our API, or one in the singular", () => {
    expect(read("backends=a,b").backends).toEqual(["a", "b"]);
    expect(read("backend=a").backends).toEqual(["a"]);
  });

  it("sorts a table the other way on request, and forgets that with another tab", () => {
    expect(read("tab=statistics")).toMatchObject({ groupSort: "onPath", down: true });
    expect(patched("tab=spans", { sort: "duration" })).toBe("tab=spans&sort=duration");
    expect(read("tab=spans&sort=duration").down).toBe(true);
    expect(patched("tab=spans&sort=duration", { down: false })).toBe("tab=spans&sort=duration&order=up");
    expect(patched("tab=spans&sort=duration&order=up", { tab: "statistics" })).toBe("tab=statistics");
  });

  it.each(["zoom=5-5", "zoom=9-1", "zoom=-1-4", "zoom=a-b", "levels=x", "tab=nothing", "colour=red", "sort=evil"])(
    "takes %s for absent",
    (text) => expect(read(text)).toEqual(read("")),
  );

  it("reads back what it wrote, whatever was there before", () => {
    const key = fc.constantFrom(
      "tab",
      "span",
      "q",
      "zoom",
      "levels",
      "turned",
      "path",
      "skew",
      "sort",
      "order",
      "window",
    );
    const before = fc.array(fc.tuple(key, fc.string({ maxLength: 20 })), { maxLength: 8 });
    const patch = fc.record(
      {
        tab: fc.constantFrom(...TABS),
        span: fc.option(fc.stringMatching(/^[0-9a-f]{16}$/)),
        find: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ""),
        levels: fc.option(fc.nat(99)),
        path: fc.boolean(),
        skew: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(before, patch, (pairs, change) => {
        expect(readTraceView(patchTraceView(new URLSearchParams(pairs), change))).toMatchObject(change);
      }),
    );
  });
});
