import { describe, expect, it } from "vitest";
import { pathOf, RESOURCES, resourceOf } from "./object.ts";
import { durationMs, labelsAt, listAt, numberAt, objectAt, selects, stringsAt, textAt } from "./read.ts";

describe("reading unknown JSON", () => {
  const value = {
    text: "a",
    number: 1,
    list: [{ a: 1 }, "x", null],
    strings: ["a", 1],
    labels: { a: "b", c: 1 },
    nan: Number.NaN,
  };
  it("takes what fits and leaves the rest", () => {
    expect(textAt(value, "text")).toBe("a");
    expect(textAt(value, "number")).toBeUndefined();
    expect(numberAt(value, "number")).toBe(1);
    expect(numberAt(value, "nan")).toBeUndefined();
    expect(listAt(value, "list")).toEqual([{ a: 1 }]);
    expect(stringsAt(value, "strings")).toEqual(["a"]);
    expect(labelsAt(value, "labels")).toEqual({ a: "b" });
    expect(objectAt(value, "list")).toEqual({});
    expect(objectAt(null, "x")).toEqual({});
  });
});

it.each([
  ["0.5s", 500],
  ["1m30s", 90_000],
  ["250ms", 250],
  ["1h", 3_600_000],
  ["", undefined],
  ["5", undefined],
  ["soon", undefined],
])("durationMs(%s)", (text, expected) => {
  expect(durationMs(text)).toBe(expected);
});

it.each([
  [{}, { a: "b" }, true],
  [{ a: "b" }, { a: "b", c: "d" }, true],
  [{ a: "b" }, { a: "c" }, false],
  [{ a: "b" }, {}, false],
])("selects(%o, %o) is %s", (selector, labels, expected) => {
  expect(selects(selector, labels)).toBe(expected);
});

describe("paths", () => {
  it.each([
    [RESOURCES.Pod, "shop", "a", "/api/v1/namespaces/shop/pods/a"],
    [RESOURCES.Pod, undefined, undefined, "/api/v1/pods"],
    [RESOURCES.Namespace, undefined, "shop", "/api/v1/namespaces/shop"],
    [RESOURCES.VirtualService, "shop", "a", "/apis/networking.istio.io/v1/namespaces/shop/virtualservices/a"],
  ])("%o", (resource, namespace, name, expected) => {
    expect(pathOf(resource, namespace, name)).toBe(expected);
  });

  it("tells the two kinds named Gateway apart", () => {
    const named = (apiVersion: string): string | undefined =>
      resourceOf({ apiVersion, kind: "Gateway", metadata: { name: "x" } })?.apiVersion;
    expect(named("networking.istio.io/v1")).toBe("networking.istio.io/v1");
    expect(named("gateway.networking.k8s.io/v1")).toBe("gateway.networking.k8s.io/v1");
    expect(named("example.com/v1")).toBeUndefined();
  });
});
