import { describe, expect, it } from "vitest";
import { clusterId, edgeId, namespaceId, nodeId } from "#lib/graph/id.ts";
import { menuEntries } from "./items.ts";

const workload = nodeId({ kind: "workload", cluster: "c", namespace: "shop", name: "cart" });
const service = nodeId({ kind: "service", cluster: "c", namespace: "shop", name: "a b" });
const external = nodeId({ kind: "external", cluster: "c", namespace: "unknown", name: "api.example.com" });
const titles = (...of: Parameters<typeof menuEntries>) => menuEntries(...of).map(({ title }) => title);

describe("the menu of", () => {
  it.each([
    ["a workload", workload, "node", ["Only namespace shop", "Policies of shop", "Copy the name"]],
    [
      "a service",
      service,
      "node",
      ["Service and its routing", "Only namespace shop", "Policies of shop", "Copy the name"],
    ],
    ["an external host", external, "node", ["Copy the name"]],
    [
      "a folded namespace",
      namespaceId("c", "shop"),
      "node",
      ["Open the namespace", "Policies of shop", "Copy the name"],
    ],
    ["a cluster's box", clusterId("c"), "box", ["Open the cluster", "Copy the name"]],
    ["an edge", edgeId(workload, external, "http"), "edge", ["Caller: cart", "Server: api.example.com"]],
  ] as const)("%s", (_name, id, kind, own) => {
    expect(titles(id, kind)).toEqual(["Details", "Bring to the middle", ...own, "Copy a link to it"]);
  });

  it.each([
    ["a workload", workload, "node", "Traces"],
    ["a call", edgeId(workload, external, "http"), "edge", "Traces of this call"],
  ] as const)("%s ends with its traces, where a backend is configured", (_name, id, kind, title) => {
    expect(titles(id, kind, { traced: true }).at(-1)).toBe(title);
  });

  it.each([
    ["an external host", external, "node"],
    ["a namespace", namespaceId("c", "shop"), "node"],
    ["plain TCP", edgeId(workload, external, "tcp"), "edge"],
  ] as const)("%s has no traces to offer", (_name, id, kind) => {
    expect(menuEntries(id, kind, { traced: true }).some(({ act }) => act.do === "traces")).toBe(false);
  });

  it("encodes names into addresses", () => {
    const visit = menuEntries(service, "node").find(({ act }) => act.do === "visit");
    expect(visit?.act).toEqual({ do: "visit", href: "/services/c/shop/a%20b" });
  });

  it("leads nowhere else where the view is read-only", () => {
    expect(titles(workload, "node", { readOnly: true, traced: true })).toEqual([
      "Details",
      "Bring to the middle",
      "Copy the name",
    ]);
  });
});
