import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST_VIEWS, readViews, viewSearch, withView, writeViews } from "./saved.ts";

describe("saved views", () => {
  it("come back as they were written", () => {
    const views = [
      { name: "Checkout", search: "?namespaces=shop&window=5m" },
      { name: "Übersicht", search: "" },
    ];
    expect(readViews(writeViews(views))).toEqual(views);
  });

  it.each([
    ["nothing", null],
    ["no JSON", "{"],
    ["no list", '{"name":"x"}'],
    ["entries of other shapes", '[1,null,{"name":1,"search":""},{"name":"  ","search":""},{"name":"a"}]'],
    ["an address beyond any", JSON.stringify([{ name: "a", search: `?selected=${"x".repeat(9000)}` }])],
  ])("of %s are none", (_name, text) => {
    expect(readViews(text)).toEqual([]);
  });

  it("keep only what is a view of an address", () => {
    expect(viewSearch("?window=5m&kiosk=1&next=//evil.example&view=table&at=2026-08-20T14:00:00Z")).toBe(
      "?window=5m&at=2026-08-20T14%3A00%3A00Z&view=table",
    );
  });

  it("keep all that is drawn: boxes, protocols, focus, what edges say, what is looked for and left out, the time axis and the trace", () => {
    const address =
      "?lens=app&boxes=namespace&protocols=http&focus=c/shop/app/cart&steps=3&edgeLabels=rate,p95&animate=on&axis=on&axisLength=6h&find=error&hide=idle&aids=off&trace=abc";
    expect(viewSearch(`${address}&kiosk=1&evil=1`)).toBe(address);
  });

  it("keep the places that were moved by hand as they are now, and only what can be places", () => {
    expect(viewSearch("?window=5m&moved=a.1.2", { moved: "b.3.4_c.5.6.7.8" })).toBe("?window=5m&moved=b.3.4_c.5.6.7.8");
    expect(viewSearch("?window=5m&moved=a.1.2", { moved: "" })).toBe("?window=5m");
    expect(viewSearch("?moved=a.1.2_<img>_zz")).toBe("?moved=a.1.2");
    expect(viewSearch("?window=5m", { moved: "", camera: "1.5,2,0.75" })).toBe("?window=5m&camera=1.5,2,0.75");
    expect(viewSearch("?camera=1,2,<img>")).toBe("");
  });

  it("never throw, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const views = readViews(text);
        expect(readViews(writeViews(views))).toEqual(views);
      }),
    );
  });

  it("replace one of the same name, and refuse more than fit", () => {
    const full = Array.from({ length: MOST_VIEWS }, (_, at) => ({ name: `v${at}`, search: "" }));
    expect(withView(full, { name: "one more", search: "" })).toBe(full);
    expect(withView(full, { name: "v1", search: "?window=5m" })).toContainEqual({ name: "v1", search: "?window=5m" });
  });
});
