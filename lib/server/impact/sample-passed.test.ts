import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Service } from "#lib/inventory/model.ts";
import type { LogReading } from "#lib/kube/logs.ts";
import type { ObservedCall } from "#lib/mesh/impact.ts";
import { accessFormats } from "#lib/mesh/meaning.ts";
import { unixSeconds } from "#lib/units.ts";
import type { Worked } from "./impact.ts";
import { passedRequests } from "./sample-passed.ts";
import { keeperOf } from "./sample-places.ts";

const service = (name: string, workloads: readonly string[], more: Partial<Service> = {}): Service => ({
  ...{ cluster: "c", namespace: "shop", name, selector: { app: name }, headless: false, workloads },
  ...{ ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null }], ...more },
});
const pod = (name: string) => ({ name, ip: null, ready: true, phase: "Running", reports: true });
const WAYPOINT = {
  ...workload("shop/door"),
  ...{
    dataplane: "waypoint" as const,
    labels: { "gateway.networking.k8s.io/gateway-name": "door" },
    pods: [pod("door-1")],
  },
};
const GATEWAY = { ...workload("edge/gate"), dataplane: "gateway" as const, pods: [pod("gate-1")] };

function known(): ClusterInventory {
  const own = inventory([
    ...["web", "cart", "reviews-v1", "reviews-v2", "side"].map((name) => ({
      ...workload(`shop/${name}`),
      dataplane: name === "side" ? ("sidecar" as const) : ("ambient" as const),
    })),
    ...[WAYPOINT, GATEWAY],
  ]).get("c");
  if (own === undefined) throw new Error("no inventory");
  const waypoint = { name: "door", namespace: null };
  return {
    ...own,
    services: new Map(
      [
        service("cart", ["cart"], { addresses: ["10.96.0.1"], waypoint }),
        service("reviews", ["reviews-v1", "reviews-v2"], { addresses: ["10.96.0.2"], waypoint }),
        service("side", ["side"]),
      ].map((each) => [`${each.namespace}/${each.name}`, each]),
    ),
    workloadByIp: new Map([
      ["10.0.0.1", "shop/web"],
      ["10.0.0.5", "shop/cart"],
      ["10.0.0.6", "shop/reviews-v1"],
      ["10.0.0.8", "shop/door"],
    ]),
  };
}

const line = (o: { to?: string; cluster?: string; asked?: string; from?: string; forwarded?: string } = {}): string =>
  `[2026-01-01T12:00:00.4Z] "GET /carts HTTP/1.1" 200 - via_upstream - "-" 0 1 3 1 "${o.forwarded ?? "-"}" "curl" "id" "cart" "${o.to ?? "envoy://connect_originate/10.0.0.5:8080"}" ${o.cluster ?? "inbound-vip|80|http|cart.shop.svc.cluster.local"} envoy://internal_client_address/ ${o.asked ?? "10.96.0.1:80"} ${o.from ?? "10.0.0.1:5000"} - default`;

async function read(at: "gateway" | "waypoint", lines: readonly string[]) {
  const client = {
    readLog: async ({ take }: LogReading) => {
      for (const text of lines) if (!take({ atNs: null, text, left: 0 })) break;
      return "end" as const;
    },
  };
  const proxies = [at === "gateway" ? GATEWAY : WAYPOINT];
  const logs = { client: client as never, calling: { since: unixSeconds(0) } };
  return passedRequests(logs, { at, name: at, proxies }, known(), accessFormats({ why: "it isn’t read" }).formats);
}

/** `web > cart` */
const ends = ({ source, target }: { source: string | null; target: string | null }): string =>
  [source, target].map((id) => id?.split("/").at(-1) ?? "?").join(" > ");

describe("a line of a waypoint", () => {
  it.each<[string, Parameters<typeof line>[0], string]>([
    ["is of the pod that called and the one that was sent to", {}, "web > cart"],
    ["is of nobody by a header", { forwarded: "10.0.0.1" }, "? > cart"],
    ["is of nobody by an address that no pod has", { from: "10.9.9.9:1" }, "? > cart"],
    ["of an older waypoint is of nobody", { from: "envoy://internal_client_address/" }, "? > cart"],
    ["that it refused would have gone to the Service’s only workload", { to: "-" }, "web > cart"],
    [
      "that it refused would have gone to one of several",
      { to: "-", cluster: "inbound-vip|80|http|reviews.shop.svc.cluster.local", asked: "10.96.0.2:80" },
      "web > ?",
    ],
    [
      "that a rule sent to another Service than was asked for is of neither, for policies are of the other",
      { asked: "10.96.0.2:80" },
      "web > ?",
    ],
    ["that doesn’t tell which Service was asked for may be of another one", { asked: "-" }, "web > ?"],
    ["of an older waypoint, which doesn’t tell it", { asked: "envoy://internal_client_address/" }, "web > ?"],
    [
      "of a Service that isn’t there is of none",
      { cluster: "inbound-vip|80|http|gone.shop.svc.cluster.local" },
      "web > ?",
    ],
  ])("%s", async (_, o, expected) => {
    expect((await read("waypoint", [line(o)])).requests.map(ends)).toEqual([expected]);
  });

  it("has the request, and what the waypoint’s filters compare with", async () => {
    expect((await read("waypoint", [line()])).requests).toMatchObject([
      {
        request: { method: "GET", path: "/carts", host: "cart", port: 8080 },
        front: { at: "waypoint", port: 80, remoteIp: "10.0.0.1" },
        to: "cart.shop.svc.cluster.local",
        ...{ sends: null, address: null },
      },
    ]);
  });
});

describe("a line of a gateway", () => {
  const at = { cluster: "outbound|80||cart.shop.svc.cluster.local", asked: "10.0.0.9:8443", from: "203.0.113.7:1" };
  it.each<[string, Parameters<typeof line>[0], string]>([
    ["is of the gateway, whoever called", { ...at, to: "10.0.0.5:8080", forwarded: "203.0.113.7" }, "gate > cart"],
    ["by a tunnel", at, "gate > cart"],
    ["to a waypoint goes to the Service’s only workload", { ...at, to: "10.0.0.8:15008" }, "gate > cart"],
    ["to an address that no pod has is of nobody", { ...at, to: "10.9.9.9:80" }, "gate > ?"],
  ])("%s", async (_, o, expected) => {
    expect((await read("gateway", [line(o)])).requests.map(ends)).toEqual([expected]);
  });

  it("to a waypoint tells no port of the server", async () => {
    expect((await read("gateway", [line({ ...at, to: "10.0.0.8:15008" })])).requests).toMatchObject([
      { request: { port: null }, front: { at: "gateway", port: 8443, remoteIp: "203.0.113.7" } },
    ]);
  });
});

describe("whose log tells of calls", () => {
  const key = (name: string, namespace = "shop") => ({ kind: "workload", cluster: "c", namespace, name }) as const;
  const call = (from: ObservedCall["source"], to: string, viaWaypoint = false): ObservedCall => ({
    ...{ source: from, target: key(to), ids: { source: nodeId(from), target: nodeId(key(to)) }, viaWaypoint },
    ...{ service: { namespace: "shop", name: to }, protocol: "http", rate: 1, seen: "hour" },
    ...{ mtls: { share: null, basis: "unknown" }, callers: new Map() },
  });
  it.each<[string, ObservedCall, string]>([
    ["a gateway’s own", call(key("gate", "edge"), "side"), "gateway c/edge/gate"],
    ["also before a waypoint", call(key("gate", "edge"), "cart", true), "gateway c/edge/gate"],
    ["the waypoint’s", call(key("web"), "cart", true), "waypoint c/shop/door"],
    ["the sidecar’s", call(key("web"), "side"), "sidecar c/shop/side"],
    ["the ztunnels’", call(key("web"), "cart"), "ztunnel c/shop/cart"],
    ["nobody’s of a server that is gone", call(key("web"), "gone"), "sidecar c/shop/gone"],
  ])("is %s", (_, observed, expected) => {
    const world = { cluster: "c", inventory: known() } as Worked["world"];
    expect(keeperOf(observed, { world }).key).toBe(expected);
  });
});
