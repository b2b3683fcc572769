import { describe, expect, test } from "vitest";
import { decodeController, decodePod, decodeService } from "./decode.ts";
import { controller, join, pod } from "./records.test-support.ts";
import { podTraits, proxyImageOf, templateTraits } from "./traits.ts";

const STATUS = { "sidecar.istio.io/status": "{}" };

describe("of templates and pods", () => {
  test.each<[string, unknown, unknown, object]>([
    ["nothing where there is nothing to say", { annotations: { a: "b" } }, { containers: [{ name: "a" }] }, {}],
    ["nothing of what has no form", "x", { containers: [7, { ports: "x", securityContext: [] }] }, {}],
    [
      "ports by number and by name with their protocol, those of native sidecars too",
      {},
      {
        containers: [{ ports: [{ containerPort: 80, name: "web" }, { containerPort: 80 }, { containerPort: "81" }] }],
        initContainers: [
          { ports: [{ containerPort: 1 }] },
          { restartPolicy: "Always", ports: [{ containerPort: 53, name: "dns", protocol: "UDP" }] },
        ],
      },
      { ports: [80, "web/TCP", 53, "dns/UDP"] },
    ],
    [
      "who runs as the proxy, but for the proxy",
      {},
      {
        securityContext: { runAsUser: 1337 },
        containers: [
          { name: "istio-proxy", securityContext: { runAsUser: 1337 } },
          { name: "a", securityContext: { runAsUser: 1337 } },
        ],
      },
      { proxyUsers: [-1, 1] },
    ],
    ["image: auto", {}, { containers: [{ image: "a" }, { image: "auto" }] }, { imageAuto: 1 }],
    [
      "Istio's annotations, and none that is long",
      { annotations: { "a.istio.io/b": "c", "istio.io.example.com/a": "b", "proxy.istio.io/config": "x".repeat(501) } },
      {},
      { annotations: { "a.istio.io/b": "c", "proxy.istio.io/config": "" } },
    ],
  ])("%s", (_, metadata, spec, expected) => expect(templateTraits(metadata, spec)).toEqual(expected));

  test("what Istio wrote on a pod isn't kept", () => {
    const ports = { "traffic.sidecar.istio.io/includeInboundPorts": "*" };
    expect(podTraits({ annotations: { ...STATUS, ...ports, "istio.io/rev": "a" } }, {})).toEqual({});
    expect(podTraits({ annotations: ports }, {})).toEqual({ annotations: ports });
  });

  test("the proxy's image, unless the pod asks for one of its own", () => {
    const spec = { initContainers: [{ name: "istio-proxy", image: "proxyv2:1" }] };
    expect(proxyImageOf({}, spec)).toBe("proxyv2:1");
    expect(proxyImageOf({ annotations: { "sidecar.istio.io/proxyImage": "mine" } }, spec)).toBeNull();
    expect(proxyImageOf({}, { containers: [{ name: "app", image: "a" }] })).toBeNull();
  });
});

test("decoders keep them", () => {
  const metadata = { namespace: "shop", name: "a", annotations: { "sidecar.istio.io/x": "y" } };
  const own = { "sidecar.istio.io/x": "y" };
  expect(decodeController("Deployment")({ metadata, spec: {} })?.template).toEqual({ own });
  expect(decodePod({ metadata, spec: {} })?.traits).toEqual({ annotations: own });
  expect(decodeService({ metadata, spec: {} })?.annotations).toEqual(own);
});

test("of a workload: its template's, else its newest pod's; images once each", () => {
  const traits = { proxyUsers: [0] };
  const images = (name: string, proxyImage: string) => pod(name, { traits, proxyImage });
  const owner = { kind: "StatefulSet", name: "db" };
  const { workloads } = join({
    pods: [images("alone", "p:1"), ...["a", "b"].map((name) => ({ ...images(name, "p:2"), owner }))],
    controllers: [controller("db", { kind: "StatefulSet", template: { ports: [1] } })],
  });
  expect(workloads.get("shop/alone")).toMatchObject({ newest: traits, proxyImages: [{ image: "p:1", pod: "alone" }] });
  expect(workloads.get("shop/db")).toMatchObject({
    template: { ports: [1] },
    proxyImages: [{ image: "p:2", pod: "a" }],
  });
  expect(workloads.get("shop/db")).not.toHaveProperty("newest");
});
