import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeController,
  decodeKey,
  decodeNamespace,
  decodeOwned,
  decodePod,
  decodeService,
  decodeServiceEntry,
} from "./decode.ts";

const meta = { name: "a", namespace: "shop", creationTimestamp: "2023-11-14T22:13:20Z" };

test("a pod: what is read of it, and nothing else", () => {
  const pod = decodePod({
    metadata: {
      ...meta,
      uid: "dropped",
      labels: { app: "web", odd: 7 },
      annotations: {
        "kubectl.kubernetes.io/last-applied-configuration": "{…}",
        "sidecar.istio.io/status": '{"initContainers":[…]}',
        "health.kiali.io/rate": "404,10,20,http,inbound",
      },
      ownerReferences: [
        { kind: "Other", name: "x" },
        { kind: "ReplicaSet", name: "web-5d4f", controller: true },
      ],
      managedFields: [{ manager: "dropped" }],
    },
    spec: {
      serviceAccountName: "web",
      nodeName: "node-a",
      containers: [{ name: "web", env: [{ name: "TOKEN", value: "dropped" }] }],
      initContainers: [{ name: "istio-init" }, { name: "istio-proxy", restartPolicy: "Always" }],
    },
    status: {
      phase: "Running",
      podIP: "10.0.0.1",
      podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }],
      conditions: [{ type: "Ready", status: "True" }],
      containerStatuses: [
        {
          ...{ name: "web", restartCount: 3 },
          lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: "2023-11-14T22:15:00Z" } },
        },
        { name: "istio-proxy", restartCount: 0, lastState: {} },
      ],
    },
  });
  expect(pod).toEqual({
    namespace: "shop",
    name: "a",
    labels: { app: "web" },
    annotations: { "health.kiali.io/rate": "404,10,20,http,inbound", "sidecar.istio.io/status": "injected" },
    owner: { kind: "ReplicaSet", name: "web-5d4f" },
    serviceAccount: "web",
    ips: ["10.0.0.1", "fd00::1"],
    hostNetwork: false,
    node: "node-a",
    phase: "Running",
    ready: true,
    deleting: false,
    containers: ["web", "istio-proxy"],
    restarts: [{ container: "web", at: 1_700_000_100, reason: "OOMKilled", exitCode: 137, count: 3 }],
    traits: {},
    createdAt: 1_700_000_000,
  });
});

test("a pod of which nothing is known yet", () => {
  expect(decodePod({ metadata: { name: "a", namespace: "shop" } })).toMatchObject({
    owner: null,
    serviceAccount: "default",
    ips: [],
    phase: "Unknown",
    ready: false,
    containers: [],
    createdAt: null,
  });
});

test("a controller: its own annotations before its template's", () => {
  const object = {
    metadata: { ...meta, annotations: { "health.kiali.io/rate": "own" } },
    spec: {
      template: {
        metadata: {
          labels: { app: "web" },
          annotations: { "health.kiali.io/rate": "inner", "sidecar.istio.io/inject": "false" },
        },
        spec: { serviceAccountName: "sa" },
      },
    },
  };
  expect(decodeController("Deployment")(object)).toMatchObject({
    kind: "Deployment",
    labels: { app: "web" },
    annotations: { "health.kiali.io/rate": "own", "sidecar.istio.io/inject": "false" },
    serviceAccount: "sa",
  });
});

describe("settings", () => {
  const istiod = (env: object[], more: object = {}, labels: object = { app: "istiod" }) =>
    decodeController("Deployment")({
      metadata: meta,
      spec: { template: { metadata: { labels }, spec: { containers: [{ name: "discovery", env, ...more }] } } },
    })?.env;
  const sampling = { name: "PILOT_TRACE_SAMPLING", value: "5" };

  test.each<[string, object[], object, object]>([
    ["what is set", [sampling, { name: "OTHER", value: "x" }], {}, { PILOT_TRACE_SAMPLING: "5" }],
    ["the last of a name", [sampling, { ...sampling, value: "6" }], {}, { PILOT_TRACE_SAMPLING: "6" }],
    ["what a reference hides as not known", [{ name: "REVISION", valueFrom: {} }], {}, { REVISION: null }],
    ["what is put together as not known", [{ ...sampling, value: "$(X)" }], {}, { PILOT_TRACE_SAMPLING: null }],
    [
      "what may come from a whole map as not known",
      [sampling],
      { envFrom: [{ configMapRef: { name: "m" } }] },
      { REVISION: null, SHARED_MESH_CONFIG: null, PILOT_TRACE_SAMPLING: "5", BLOCKED_CIDRS_IN_JWKS_URIS: null },
    ],
  ])("of istiod: %s", (_, env, more, expected) => {
    expect(istiod(env, more)).toEqual(expected);
  });

  test("of other programs aren't read, nor are other containers of istiod's", () => {
    expect(istiod([sampling], {}, { app: "web" })).toBeUndefined();
    const containers = [{ name: "discovery" }, { name: "side", env: [sampling] }];
    const template = { metadata: { labels: { app: "istiod" } }, spec: { containers } };
    expect(decodeController("Deployment")({ metadata: meta, spec: { template } })?.env).toEqual({});
  });

  test("of a proxy alone are kept where they speak of sampling", () => {
    const said = (text: string) => decodePod({ metadata: { ...meta, annotations: { "proxy.istio.io/config": text } } });
    expect(said("tracing: {sampling: 50}")?.proxyConfig).toBe("tracing: {sampling: 50}");
    expect(said("concurrency: 2")).not.toHaveProperty("proxyConfig");
    expect(said("tracing: {sampling: 50}")?.annotations).toEqual({});
  });
});

describe("services", () => {
  test("ports and headlessness", () => {
    const spec = {
      clusterIP: "None",
      selector: { app: "web" },
      ports: [{ name: "http", port: 80, appProtocol: "http" }, { port: "x" }, { port: 53, protocol: "UDP" }],
    };
    expect(decodeService({ metadata: meta, spec })).toEqual({
      namespace: "shop",
      name: "a",
      selector: { app: "web" },
      headless: true,
      ports: [
        { name: "http", port: 80, protocol: "TCP", appProtocol: "http" },
        { name: null, port: 53, protocol: "UDP", appProtocol: null },
      ],
    });
  });

  test("what else of a Service is read: its addresses, and whom its calls come through", () => {
    const labels = (more: object) => ({ metadata: { ...meta, labels: more }, spec: {} });
    const use = "istio.io/ingress-use-waypoint";
    expect(decodeService({ metadata: meta, spec: { clusterIP: "10.0.0.1" } })?.addresses).toEqual(["10.0.0.1"]);
    const both = { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1", 7] };
    expect(decodeService({ metadata: meta, spec: both })?.addresses).toEqual(["10.0.0.1", "fd00::1"]);
    expect(decodeService({ metadata: meta, spec: { clusterIP: "None", clusterIPs: ["None"] } })).not.toHaveProperty(
      "addresses",
    );
    const published = (publishNotReadyAddresses: unknown) =>
      decodeService({ metadata: meta, spec: { publishNotReadyAddresses } });
    expect(published(true)?.publishesUnready).toBe(true);
    for (const not of [false, "true", null]) expect(published(not)).not.toHaveProperty("publishesUnready");
    expect(decodeService(labels({ "istio.io/use-waypoint": "door" }))?.waypoint).toEqual({
      name: "door",
      namespace: null,
    });
    expect(decodeService(labels({}))).not.toHaveProperty("ingressWaypoint");
    expect(decodeService(labels({ [use]: "True" }))?.ingressWaypoint).toBe(true);
    expect(decodeService(labels({ [use]: "yes" }))?.ingressWaypoint).toBe(false);
    const exported = (text: unknown) =>
      decodeService({ metadata: { ...meta, annotations: { "networking.istio.io/exportTo": text } }, spec: {} });
    expect(exported(" ., bank,")?.exportTo).toEqual([".", "bank"]);
    for (const nothing of ["", " , ", 7]) expect(exported(nothing)).not.toHaveProperty("exportTo");
  });

  test("an ExternalName's selector selects nothing", () => {
    expect(decodeService({ metadata: meta, spec: { type: "ExternalName", selector: { app: "x" } } })?.selector).toEqual(
      {},
    );
  });

  test("a ServiceEntry is outside unless it says otherwise", () => {
    expect(decodeServiceEntry({ metadata: meta, spec: { hosts: ["a.com", 3] } })).toMatchObject({
      hosts: ["a.com"],
      location: "MESH_EXTERNAL",
    });
    expect(decodeServiceEntry({ metadata: meta, spec: { hosts: ["b"], location: "MESH_INTERNAL" } })?.location).toBe(
      "MESH_INTERNAL",
    );
    expect(decodeServiceEntry({ metadata: meta, spec: {} })).toBeNull();
  });
});

test("a label called __proto__ stays a label", () => {
  const object: unknown = JSON.parse(
    '{"metadata":{"name":"a","namespace":"b","labels":{"__proto__":"x"},"annotations":{"__proto__":{"c":"d"}}}}',
  );
  const labels = decodeNamespace(object)?.labels ?? {};
  expect(Object.entries(labels)).toEqual([["__proto__", "x"]]);
  expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).c).toBeUndefined();
});

test("whatever comes, it is a record or null", () => {
  const decoders = [
    decodePod,
    decodeNamespace,
    decodeController("Deployment"),
    decodeOwned("Job"),
    decodeService,
    decodeServiceEntry,
    decodeKey,
  ];
  const part = fc.oneof(fc.jsonValue(), fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()));
  const metadata = fc.record(
    {
      name: fc.oneof(fc.constant("a"), fc.jsonValue()),
      namespace: fc.oneof(fc.constant("b"), fc.jsonValue()),
      labels: part,
      annotations: part,
      ownerReferences: part,
      creationTimestamp: part,
    },
    { requiredKeys: [] },
  );
  const spec = fc.record(
    { template: part, containers: part, initContainers: part, selector: part, ports: part, hosts: part },
    { requiredKeys: [] },
  );
  const status = fc.record({ podIPs: part, conditions: part, phase: part }, { requiredKeys: [] });
  const object = fc.oneof(
    fc.jsonValue(),
    fc.record({ metadata, spec: fc.oneof(spec, part), status: fc.oneof(status, part) }, { requiredKeys: [] }),
  );
  fc.assert(
    fc.property(object, (json) => {
      for (const decode of decoders) {
        const record = decode(json);
        expect(record === null || typeof record.name === "string").toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});
