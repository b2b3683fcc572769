import { describe, expect, test } from "vitest";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import { calledEntry } from "./called.ts";
import { podOf } from "./pod-call.ts";
import { bare, DENY, type Given, notes, OUTSIDE, object, pod, STRICT, said, worldOf } from "./simulate.test-support.ts";
import { simulate } from "./simulate.ts";

const sidecar = (mode: string) => object("Sidecar", { outboundTrafficPolicy: { mode } }, "networking");
const ONLY = sidecar("REGISTRY_ONLY");
const ANY = sidecar("ALLOW_ANY");
const MIXED = [pod("a", { ip: "10.0.0.7" }), bare("b")];

/** A call of shop/web, where nothing else is asked, to a pod of shop/api by its own address. */
function askPod(given: Given, more: Partial<SimulationQuestion> = {}) {
  const world = worldOf({ ...given, api: { pods: [pod("a", { ip: "10.0.0.7" })], ...given.api } });
  const api = world.inventory.workloads.get("shop/api");
  if (api === undefined) throw new Error("no workload");
  return simulate(
    {
      ...{ client: { kind: "workload", namespace: "shop", name: "web" }, port: 8080, method: "GET", path: "/a" },
      ...{ service: { namespace: "shop", name: "api", pod: true }, host: "10.0.0.7", headers: {}, token: "none" },
      ...{ autoMtls: true, ...more },
    },
    podOf(api),
    world,
  );
}

describe("a pod’s own address", () => {
  const table: readonly (readonly [string, Given, Partial<SimulationQuestion>, RegExp])[] = [
    ["the client’s sidecar doesn’t know it", { objects: [ONLY] }, {}, /^no\n[^]*502/],
    [
      "a port that leaves past the client’s sidecar",
      { web: { annotations: notes({ excludeOutboundPorts: "8080" }) }, objects: [ONLY] },
      {},
      /^yes\n[^]*leaves past the client’s sidecar \(excludeOutboundPorts\)[^]*sends plaintext/,
    ],
    [
      "an address that does",
      { web: { annotations: notes({ excludeOutboundIPRanges: "10.0.0.0/8" }) }, objects: [ONLY, STRICT] },
      {},
      /^no\n[^]*\(excludeOutboundIPRanges\)[^]*sends plaintext; the server takes STRICT/,
    ],
    [
      "an address that isn’t known",
      { web: { annotations: notes({ excludeOutboundIPRanges: "10.0.0.0/8" }) }, api: { pods: [pod("a")] } },
      {},
      /^unknown\n[^]*the address that is called/,
    ],
    [
      "itself, past its sidecar",
      { api: { annotations: notes({ excludeOutboundPorts: "8080" }) }, objects: [STRICT] },
      { client: { kind: "workload", namespace: "shop", name: "api" } },
      /^unknown\n[^]*whether the pod calls itself/,
    ],
    [
      "pods of the client without a proxy",
      { web: { pods: MIXED }, objects: [ONLY] },
      {},
      /^unknown\n[^]*which pod of shop\/web calls: 1 of 2 pods is without a proxy/,
    ],
    [
      "a port of the proxy itself",
      { objects: [STRICT, DENY] },
      { ...OUTSIDE, port: 15_090 },
      /^yes\n[^]*port 15090 comes past/,
    ],
    [
      "the address as the host",
      { api: { pods: [pod("a", { ip: "fd00::7" })] }, objects: [ANY] },
      { host: "[fd00:0::7]:8080" },
      /^yes\n/,
    ],
    ["both kinds of the client’s pods arrive", { web: { pods: MIXED }, objects: [ANY] }, {}, /^yes\n/],
    [
      "pods of the server without a proxy",
      { api: { pods: MIXED }, objects: [STRICT] },
      OUTSIDE,
      /^unknown\n[^]*which pod of shop\/api it is sent to: 1 of 2 pods is without a proxy/,
    ],
    ["all of them let it in", { api: { pods: MIXED } }, OUTSIDE, /^yes\n/],
  ];
  test.each(table)("%s", (_, given, more, expected) => {
    expect(said(askPod(given, more))).toMatch(expected);
  });
});

test("pods behind a ServiceEntry, some without a proxy", () => {
  const entry = object(
    "ServiceEntry",
    {
      ...{ hosts: ["api.example.com"], ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 8080 }] },
      ...{ location: "MESH_INTERNAL", resolution: "STATIC", workloadSelector: { labels: { app: "api" } } },
    },
    "networking",
    "entry",
  );
  const plain = object(
    "DestinationRule",
    { host: "api.example.com", trafficPolicy: { tls: { mode: "DISABLE" } } },
    "networking",
  );
  const world = worldOf({ objects: [entry, plain, DENY, ANY], api: { pods: MIXED } });
  const question: SimulationQuestion = {
    ...{ client: { kind: "workload", namespace: "shop", name: "web" }, port: 80, host: "api.example.com" },
    ...{ service: { namespace: "shop", name: "entry", host: "api.example.com" }, method: "GET", path: "/a" },
    ...{ headers: {}, token: "none", autoMtls: true },
  };
  expect(said(simulate(question, calledEntry(entry, "api.example.com", world.inventory), world))).toMatch(
    /^unknown\n[^]*which pod of shop\/api it is sent to: 1 of 2 pods is without a proxy/,
  );
});
