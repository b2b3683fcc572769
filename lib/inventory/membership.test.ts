import { describe, expect, test } from "vitest";
import { controller, type Given, join, namespace, only, pod } from "./records.test-support.ts";
import type { PodRecord } from "./records.ts";

describe("membership", () => {
  const ambient = [namespace("shop", { "istio.io/dataplane-mode": "ambient" })];
  const injected = [namespace("shop", { "istio-injection": "enabled" })];
  const sidecar = ["app", "istio-proxy"];
  const one = (more: Partial<PodRecord>, namespaces = [namespace("shop")]): Given => ({
    namespaces,
    pods: [pod("a", more)],
  });

  test.each<[string, Given, string | null, string, boolean]>([
    ["nothing", one({}), null, "none", false],
    ["a sidecar", one({ containers: sidecar }), "istio", "sidecar", true],
    ["a namespace's wish is no sidecar", one({}, injected), null, "none", false],
    ["ambient by namespace", one({}, ambient), "istio", "ambient", false],
    ["ambient by pod", one({ labels: { "istio.io/dataplane-mode": "ambient" } }), "istio", "ambient", false],
    ["ambient, opted out", one({ labels: { "istio.io/dataplane-mode": "none" } }, ambient), null, "none", false],
    [
      "ambient by redirection",
      one({ annotations: { "ambient.istio.io/redirection": "enabled" } }),
      "istio",
      "ambient",
      false,
    ],
    ["a node's network isn't captured", one({ hostNetwork: true }, ambient), null, "none", false],
    ["a sidecar in an ambient namespace", one({ containers: sidecar }, ambient), "istio", "sidecar", true],
    [
      "an ingress gateway",
      one({ labels: { istio: "ingressgateway" }, containers: ["istio-proxy"] }),
      "istio",
      "gateway",
      true,
    ],
    ["a gateway by injection template", one({ containers: ["istio-proxy"] }), "istio", "gateway", true],
    [
      "a Gateway API gateway",
      one({ labels: { "gateway.networking.k8s.io/gateway-name": "edge" }, containers: ["istio-proxy"] }),
      "istio",
      "gateway",
      true,
    ],
    [
      "a waypoint",
      one({
        labels: {
          "gateway.networking.k8s.io/gateway-name": "wp",
          "gateway.istio.io/managed": "istio.io-mesh-controller",
        },
        containers: ["istio-proxy"],
      }),
      "istio",
      "waypoint",
      true,
    ],
    [
      "a waypoint by class",
      one({
        labels: { "gateway.networking.k8s.io/gateway-class-name": "istio-waypoint" },
        containers: ["istio-proxy"],
      }),
      "istio",
      "waypoint",
      true,
    ],
    ["ztunnel", one({ labels: { app: "ztunnel" }, containers: ["istio-proxy"] }), "istio", "none", true],
  ])("%s", (_, given, mesh, dataplane, reports) => {
    const found = only(given);
    expect([found.mesh, found.dataplane, found.pods[0]?.reports]).toEqual([mesh, dataplane, reports]);
  });

  test("pods outside the mesh are told one by one, beside those that are in it", () => {
    const mixed = only({
      pods: [
        pod("a-1", { containers: sidecar, owner: { kind: "StatefulSet", name: "a" } }),
        pod("a-2", { containers: sidecar, owner: { kind: "StatefulSet", name: "a" } }),
        pod("a-3", { owner: { kind: "StatefulSet", name: "a" } }),
      ],
    });
    expect(mixed).toMatchObject({ dataplane: "sidecar", mesh: "istio" });
    expect(mixed.pods.map(({ unmeshed }) => unmeshed)).toEqual([undefined, undefined, true]);
  });

  test("istiod is the mesh, not a workload that isn't in it; a namesake elsewhere is", () => {
    const labels = { app: "istiod" };
    const root = join({ pods: [pod("istiod", { namespace: "istio-system", labels })] }).workloads.get(
      "istio-system/istiod",
    );
    expect(root).toMatchObject({ mesh: "istio", dataplane: "none" });
    expect(only({ pods: [pod("istiod", { labels })] })).toMatchObject({ mesh: null, dataplane: "none" });
  });

  test("while an injection is rolled out, most pods decide", () => {
    const owner = { kind: "StatefulSet", name: "db" };
    const pods = [
      pod("0", { owner }),
      pod("1", { owner, containers: sidecar }),
      pod("2", { owner, containers: sidecar }),
    ];
    expect(only({ pods })).toMatchObject({ mesh: "istio", dataplane: "sidecar" });
    expect(only({ pods: pods.slice(0, 2) })).toMatchObject({ mesh: "istio", dataplane: "sidecar" });
  });

  test.each<[string, Given, string]>([
    ["injected", { namespaces: injected, controllers: [controller("a")] }, "sidecar"],
    [
      "by revision",
      { namespaces: [namespace("shop", { "istio.io/rev": "canary" })], controllers: [controller("a")] },
      "sidecar",
    ],
    [
      "opted out",
      { namespaces: injected, controllers: [controller("a", { labels: { "sidecar.istio.io/inject": "false" } })] },
      "none",
    ],
    ["opted in", { controllers: [controller("a", { annotations: { "sidecar.istio.io/inject": "true" } })] }, "sidecar"],
    ["ambient", { namespaces: ambient, controllers: [controller("a")] }, "ambient"],
    ["nothing", { controllers: [controller("a")] }, "none"],
  ])("of a controller without pods: %s", (_, given, dataplane) => {
    expect(only(given).dataplane).toBe(dataplane);
  });

  test("of namespaces", () => {
    const labels: [string, Record<string, string>][] = [
      ["a", { "istio-injection": "enabled", "istio.io/dataplane-mode": "ambient" }],
      ["b", { "istio-injection": "disabled", "istio.io/rev": "x" }],
      ["c", { "istio.io/rev": "x" }],
      ["d", { "istio.io/dataplane-mode": "ambient" }],
      ["e", {}],
    ];
    const { namespaces } = join({ namespaces: labels.map(([name, l]) => namespace(name, l)) });
    expect([...namespaces.values()].map(({ name, dataplane, revision }) => [name, dataplane, revision])).toEqual([
      ["a", "sidecar", null],
      ["b", "none", "x"],
      ["c", "sidecar", "x"],
      ["d", "ambient", null],
      ["e", "none", null],
    ]);
  });
});
