/** Who counts for what: calls that arrived nowhere, rules that a namespace keeps to itself, probes. */
import { describe, expect, test } from "vitest";
import { call, inventory } from "../impact/impact.test-support.ts";
import { of, path, REVIEWS, rule, UNMEASURED } from "./strict.test-support.ts";

describe("calls that reached no workload", () => {
  const http = call("shop/web", "shop/reviews-v1", 9);
  const target = { ...http.target, kind: "service", name: "reviews" } as const;
  const lost = (protocol: "http" | "tcp") => ({
    ...http,
    ...UNMEASURED,
    protocol,
    target,
    ids: { ...http.ids, target: "service" },
  });

  test("are what it sends where others of the same protocol arrived", () => {
    expect(of(path([http, lost("http")]))?.pairs).toMatchObject({ proven: 1, unknown: 0 });
  });

  test("aren’t known by those of another one", () => {
    expect(of(path([http, lost("tcp")]))).toMatchObject({ state: "blocked", pairs: { proven: 1, unknown: 1 } });
  });
});

describe("a DestinationRule against mutual TLS", () => {
  const off = "trafficPolicy: {tls: {mode: DISABLE}}";
  test.each([
    ["of the Service’s namespace", "shop/d", "", null],
    ["that it keeps to itself", "shop/d", ", exportTo: ['.']", "shop"],
    ["and says so by name", "shop/d", ", exportTo: [shop]", "shop"],
    ["that is for others too", "shop/d", ", exportTo: ['.', bank]", null],
    ["of the root namespace", "istio-system/d", "", null],
    ["that the root namespace keeps to itself", "istio-system/d", ", exportTo: ['.']", "istio-system"],
    ["of a client’s", "bank/d", "", "bank"],
  ])("is followed by whom it is exported to: %s", (_, place, more, clients) => {
    const { rules } = path([], { objects: [rule(`${off}${more}`, place, REVIEWS)] });
    expect(rules.items).toMatchObject([{ clients }]);
  });
});

describe("probes that aren’t rewritten", () => {
  const probed = (value: string) => {
    const web = inventory.workloads.get("shop/web");
    if (web === undefined) throw new Error("no web");
    const annotations = { "sidecar.istio.io/rewriteAppHTTPProbers": value };
    const workloads = new Map([...inventory.workloads, ["shop/web", { ...web, annotations }]]);
    const { uncovered } = path([], { inventory: { ...inventory, workloads } });
    return uncovered.items.filter(({ kind }) => kind === "probes").length;
  };
  test.each(["false", "False", "FALSE", "f", "F", "0"])("%s", (value) => expect(probed(value)).toBe(1));
  test.each(["true", "1", "", "no"])("but by %j", (value) => expect(probed(value)).toBe(0));
});
