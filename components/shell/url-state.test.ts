import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WINDOWS } from "#lib/api/windows.ts";
import { LENSES } from "#lib/graph/model.ts";
import { LAYOUT_STYLES } from "#lib/layout/model.ts";
import { ALL_PROTOCOLS, AMBIENT, BOX_KINDS, LINES, MOST_STEPS, SIDES } from "#lib/live/look.ts";
import { EDGE_LABELS } from "#lib/render/edge-labels.ts";
import {
  AXIS_LENGTHS,
  DETAILS,
  patchUrl,
  readUrl,
  scopeSearch,
  search,
  type UrlPatch,
  type UrlState,
} from "./url-state.ts";

const name = fc.stringMatching(/^[a-z0-9-]{1,12}$/);
const names = fc.uniqueArray(name, { maxLength: 4 }).map((list) => [...list].sort());
const expression = fc.string().map((text) => (text.trim() === "" ? "" : text));
const anyState: fc.Arbitrary<UrlState> = fc.record({
  view: fc.record({
    clusters: names,
    namespaces: names,
    window: fc.constantFrom(...WINDOWS),
    at: fc.option(fc.constantFrom("2026-08-20T14:00:00Z", "1787148000")),
    lens: fc.constantFrom(...LENSES),
    fold: names,
    latency: fc.boolean(),
    edges: fc.constantFrom("live" as const, "all" as const),
    compareAt: fc.option(fc.constantFrom("2026-08-20T13:00:00Z", "1787144400")),
    compareWindow: fc.option(fc.constantFrom(...WINDOWS)),
    services: fc.boolean(),
    waypoints: fc.boolean(),
    operations: fc.boolean(),
    labels: fc.boolean(),
  }),
  detail: fc.constantFrom(...DETAILS),
  selected: fc.option(fc.string({ minLength: 1 })),
  table: fc.boolean(),
  look: fc.record({
    boxes: fc.subarray([...BOX_KINDS]),
    protocols: fc.subarray([...ALL_PROTOCOLS]),
    focus: fc.option(fc.string({ minLength: 1 })),
    steps: fc.integer({ min: 1, max: MOST_STEPS }),
    side: fc.constantFrom(...SIDES),
    rest: fc.constantFrom("dim" as const, "hide" as const),
    show: fc.constantFrom("all" as const, "trouble" as const),
    hubs: fc.constantFrom("drawn" as const, "badges" as const),
    ambient: fc.constantFrom(...AMBIENT),
    lines: fc.constantFrom(...LINES),
    rank: fc.constantFrom("off" as const, "in" as const, "out" as const),
    layout: fc.constantFrom(...LAYOUT_STYLES),
    moved: fc.constantFrom("", "1x2y3z.a.b", "1x2y3z.a.b_zz.1.2.3.4"),
    camera: fc.constantFrom("", "120.5,-40,1.25"),
  }),
  labels: fc.subarray([...EDGE_LABELS]),
  animate: fc.boolean(),
  kiosk: fc.boolean(),
  axis: fc.option(fc.boolean()),
  axisLength: fc.constantFrom(...AXIS_LENGTHS),
  axisFrom: fc.option(fc.constantFrom("2026-08-20T13:30:00Z", "1787146200.5")),
  find: expression,
  hide: expression,
  aids: fc.boolean(),
  trace: fc.option(fc.record({ id: fc.stringMatching(/^[0-9a-f]{1,32}$/), backends: names })),
});
/** Nothing is left out where nothing is looked for, and an axis that ends with time begins nowhere else. */
const state = anyState.map((one) => ({
  ...one,
  aids: one.find === "" || one.aids,
  axisFrom: one.view.at === null ? null : one.axisFrom,
}));

describe("url state", () => {
  it("survives being written and read, through the address bar's own spelling", () => {
    fc.assert(
      fc.property(state, (wanted) => {
        const text = search(patchUrl(new URLSearchParams(), wanted));
        expect(readUrl(new URLSearchParams(text))).toEqual(wanted);
      }),
    );
  });

  it("keeps what others put into the address, repeated keys included", () => {
    const before = new URLSearchParams("utm=x&tag=1&tag=2&window=5m");
    const after = patchUrl(before, { selected: "c/shop/workload/cart" });
    expect(search(after)).toBe("?window=5m&selected=c/shop/workload/cart&utm=x&tag=1&tag=2");
  });

  it.each([
    ["window=7m", "1m"],
    ["window=60s", "1m"],
    ["window=", "1m"],
    ["window=24h", "24h"],
  ])("reads %s as %s", (text, window) => {
    expect(readUrl(new URLSearchParams(text)).view.window).toBe(window);
  });

  it("leaves defaults out, so that a plain view has a plain address", () => {
    const params = patchUrl(new URLSearchParams("window=5m&view=table&detail=groups&selected=x&find=idle&hide=cb"), {
      view: { window: "1m" },
      table: false,
      detail: "auto",
      selected: null,
      find: "",
      hide: " ",
    });
    expect(search(params)).toBe("");
  });

  it("keeps the trace through other changes, in one place, and forgets its backends with it", () => {
    const before = new URLSearchParams("traceFrom=old,jaeger&trace=ab12&window=5m");
    const after = patchUrl(before, { selected: "c/shop/workload/cart" });
    expect(search(after)).toBe("?window=5m&selected=c/shop/workload/cart&trace=ab12&traceFrom=jaeger,old");
    expect(search(patchUrl(after, { trace: null, selected: null }))).toBe("?window=5m");
    expect(readUrl(new URLSearchParams("traceFrom=jaeger&trace=")).trace).toBeNull();
  });

  it("keeps a link's camera while the drawing is the same, and no longer", () => {
    const before = new URLSearchParams("camera=120.5,-40,1.25&window=5m");
    const camera = (patch: UrlPatch) => patchUrl(before, patch).get("camera");
    expect(
      camera({ selected: "c/shop/workload/cart", view: { at: "2026-08-20T14:00:00Z", window: "1h" } }),
    ).not.toBeNull();
    expect(camera({ find: "idle", table: true, axis: true, look: { focus: "x", lines: "none" } })).not.toBeNull();
    expect(camera({ look: { camera: "1,2,3" } })).toBe("1,2,3");
    expect(camera({ look: { camera: "" } })).toBeNull();
    for (const other of [
      { view: { lens: "app" as const } },
      { view: { namespaces: ["shop"] } },
      { look: { layout: "grid" as const } },
      { look: { show: "trouble" as const } },
      { detail: "workloads" as const },
    ]) {
      expect(camera(other), JSON.stringify(other)).toBeNull();
    }
  });

  it.each(["1,2", "1,2,0", "NaN,0,1", "1e9,0,1", "<img>", "javascript:alert(1)", "1,2,3,4"])(
    "takes the camera %j for none",
    (camera) => {
      expect(readUrl(new URLSearchParams({ camera })).look.camera).toBe("");
    },
  );

  it("keeps the axis' length, and where it begins until time is followed again", () => {
    const at = { at: "2026-08-20T14:00:00Z" };
    const begun = patchUrl(new URLSearchParams("axisLength=6h"), { view: at, axisFrom: "2026-08-20T13:30:00Z" });
    expect(search(begun)).toBe("?at=2026-08-20T14%3A00%3A00Z&axisLength=6h&axisFrom=2026-08-20T13%3A30%3A00Z");
    expect(search(patchUrl(begun, { view: { at: null } }))).toBe("?axisLength=6h");
    expect(patchUrl(begun, { axisFrom: null }).has("axisFrom")).toBe(false);
    expect(search(patchUrl(new URLSearchParams("axisLength=6h"), { axisLength: "1h" }))).toBe("");
    expect(readUrl(new URLSearchParams("axisFrom=2026-08-20T13:30:00Z")).axisFrom).toBeNull();
  });

  it.each(["7m", "60", "1h ", "1H", "", "-1h", "30d", "__proto__", "<img onerror>"])(
    "takes the axis length %j for the usual one, and for no beginning",
    (text) => {
      const params = new URLSearchParams({ at: "2026-08-20T14:00:00Z", axisLength: text, axisFrom: text });
      const { axisLength, axisFrom } = readUrl(params);
      // A number is unix seconds: 60 is an instant, and no length.
      expect([axisLength, axisFrom]).toEqual(["1h", text === "60" ? "60" : null]);
      expect(patchUrl(params, {}).has("axisLength")).toBe(false);
    },
  );

  it("reads a list as a set: sorted, each name once", () => {
    expect(readUrl(new URLSearchParams("namespaces=b,a,,b")).view.namespaces).toEqual(["a", "b"]);
  });
});

it("hands the scope on to another place, and nothing else", () => {
  const params = new URLSearchParams("window=5m&namespaces=shop,orders&clusters=west-1&selected=a&x=1");
  expect(scopeSearch(params)).toBe("?clusters=west-1&namespaces=orders,shop");
  expect(scopeSearch(new URLSearchParams("window=5m"))).toBe("");
});
