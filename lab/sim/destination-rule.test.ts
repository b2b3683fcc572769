import { expect, it } from "vitest";
import { readDestinationRule } from "./destination-rule.ts";

const read = (spec: Record<string, unknown>) => readDestinationRule({ metadata: { name: "d", namespace: "a" }, spec });

it("gives subsets what they say themselves, and the rest of the rule's", () => {
  const rule = read({
    host: "api",
    trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" }, outlierDetection: { consecutive5xxErrors: 3 } },
    subsets: [{ name: "v1", labels: { version: "v1" }, trafficPolicy: { tls: { mode: "DISABLE" } } }, { name: "v2" }],
  });
  expect(rule).toMatchObject({ host: "api.a.svc.cluster.local", policy: { tls: "ISTIO_MUTUAL" } });
  expect(rule.subsets.get("v1")).toMatchObject({
    labels: { version: "v1" },
    policy: { tls: "DISABLE", outlier: { consecutive5xx: 3 } },
  });
  expect(rule.subsets.get("v2")).toMatchObject({ labels: {}, policy: { tls: "ISTIO_MUTUAL" } });
});

it("knows Envoy's defaults of outlier detection, and that none is none", () => {
  expect(read({ host: "api" }).policy.outlier).toBeNull();
  expect(read({ host: "api", trafficPolicy: { outlierDetection: {} } }).policy.outlier).toEqual({
    consecutive5xx: 5,
    consecutiveGateway: 0,
    intervalMs: 10_000,
    baseEjectionMs: 30_000,
    maxEjected: 0.1,
  });
});

it("keeps what a port says apart: all of it is the port's, also that nothing is told", () => {
  const settings = [{ port: { number: 9090 }, tls: { mode: "DISABLE" } }, { port: { number: 1 } }, { tls: {} }];
  expect([...read({ host: "api", trafficPolicy: { portLevelSettings: settings } }).policy.portTls]).toEqual([
    [9090, "DISABLE"],
    [1, null],
  ]);
});

it("puts a subset's settings over its rule's, ports included, and reads settings without a mode as the first one", () => {
  const portLevelSettings = [{ port: { number: 80 }, tls: { mode: "ISTIO_MUTUAL" } }];
  const rule = read({
    host: "api",
    trafficPolicy: { portLevelSettings },
    subsets: [{ name: "v1", trafficPolicy: { tls: {} } }, { name: "v2" }],
  });
  expect(rule.subsets.get("v1")?.policy).toMatchObject({ tls: "DISABLE", portTls: new Map() });
  expect(rule.subsets.get("v2")?.policy).toMatchObject({ tls: null, portTls: new Map([[80, "ISTIO_MUTUAL"]]) });
});
