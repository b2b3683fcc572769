import { describe, expect, it } from "vitest";
import { clusterId, edgeId, namespaceId, nodeId } from "#lib/graph/id.ts";
import { menuEntries } from "./items.ts";

const workload = nodeId({ kind: "workload", cluster: "c", namespace: "shop", name: "cart" });
const service = nodeId({ kind: "service", cluster: "c", namespace: "shop", name: "a b" });
const external = nodeId({ kind: "external", cluster: "c", namespace: "unknown", name: "api.example.com" });
const titles = (...of: Parameters<typeof menuEntries>) => menuEntries(...of).map(({ title }) => title);

const FOCUS = "Focus on its neighbours";
const CHARTS = "Charts of the last hour";

describe("the menu of", () => {
  it.each([
    [
      "a workload",
      workload,
      "node",
      [FOCUS, CHARTS, "Logs", "Only namespace shop", "Policies of shop", "Copy the name"],
    ],
    [
      "a service",
      service,
      "node",
      [FOCUS, CHARTS, "Service and its routing", "Only namespace shop", "Policies of shop", "Copy the name"],
    ],
    ["an external host", external, "node", [FOCUS, CHARTS, "Copy the name"]],
    [
      "a folded namespace",
      namespaceId("c", "shop"),
      "node",
      [FOCUS, CHARTS, "Open the namespace", "Policies of shop", "Copy the name"],
    ],
    ["a cluster's box", clusterId("c"), "box", [CHARTS, "Open the cluster", "Copy the name"]],
    ["an edge", edgeId(workload, external, "http"), "edge", [CHARTS, "Caller: cart", "Server: api.example.com"]],
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

  it("lets everything stand alike again where it is what stands out", () => {
    const act = (focus: string | null) =>
      menuEntries(workload, "node", { focus }).find(({ act: { do: what } }) => what === "go")?.act;
    expect(act(null)).toEqual({ do: "go", patch: { look: { focus: workload } } });
    expect(act(workload)).toEqual({ do: "go", patch: { look: { focus: null } } });
    expect(titles(workload, "node", { focus: workload })[2]).toBe("Let everything stand alike");
  });

  it("leads to sections that the panel has: no charts of an operation, no logs of the past", () => {
    const sections = (...of: Parameters<typeof menuEntries>) =>
      menuEntries(...of).flatMap(({ act }) => (act.do === "section" ? [act.title] : []));
    const operation = nodeId({ kind: "operation", cluster: "c", namespace: "shop", name: "List", version: "cart" });
    expect(sections(workload, "node")).toEqual(["Last hour", "Logs"]);
    expect(sections(workload, "node", { past: true })).toEqual(["Last hour"]);
    expect(sections(operation, "node")).toEqual([]);
    expect(sections(edgeId(workload, operation, "http"), "edge")).toEqual([]);
  });

  it("copies a link that shows it, wherever the page itself was opened to look", () => {
    const link = menuEntries(service, "node").find(({ act }) => act.do === "copyLink");
    expect(link?.act).toEqual({ do: "copyLink", id: service, patch: { look: { camera: "" } } });
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
