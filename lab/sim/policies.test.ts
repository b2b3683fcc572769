/** What operators set, and what traffic then does: one policy at a time, on a small mesh. */
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../kube/object.ts";
import { istio, service } from "../scenarios/manifests.ts";
import { samples, total } from "./reading.test-support.ts";
import type { Run } from "./run.test-support.ts";
import { api, base, client, edges, flow, route, run, subsets } from "./run.test-support.ts";

const versions = [api({}, "v1", "api-v1"), api({}, "v2", "api-v2")];
const to = (subset: string, weight?: number) => ({
  destination: { host: "api", subset },
  ...(weight === undefined ? {} : { weight }),
});
const calls = (r: Run, version: string, protocol = "http"): number =>
  edges(r)
    .filter((e) => e.target.endsWith(`api-${version}`) && e.protocol === protocol)
    .reduce((sum, e) => sum + e.requests, 0);

describe("routes by match", () => {
  const beta = [{ share: 0.25, headers: { "x-group": "beta" } }];

  it("sends a group of users to another version, and only them", () => {
    const r = run([
      ...base,
      ...versions,
      subsets,
      client([flow({ rate: 50, users: beta })]),
      route({
        http: [{ match: [{ headers: { "x-group": { exact: "beta" } } }], route: [to("v2")] }, { route: [to("v1")] }],
      }),
    ]);
    r.pass(40);
    const share = calls(r, "v2") / (calls(r, "v1") + calls(r, "v2"));
    expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
  });

  it("knows the group behind a program only where the program forwards the header", () => {
    const chain = (forwards: string[]): Run =>
      run([
        ...base,
        service("a", "front"),
        ...versions,
        subsets,
        client([flow({ rate: 50, host: "front", users: beta })]),
        {
          ...api({ calls: [{ host: "api", protocol: "http", share: 1 }], forwards }, "v1", "front"),
        },
        route({
          http: [{ match: [{ headers: { "x-group": { exact: "beta" } } }], route: [to("v2")] }, { route: [to("v1")] }],
        }),
      ]);
    // `front` selects its own label: api() names the app `api`, so its service is made to take the workload by version.
    for (const [forwards, expected] of [
      [["x-group"], true],
      [[], false],
    ] as const) {
      const r = chain([...forwards]);
      r.world.upsert("west-1", "Service", service("a", "front", { selector: { app: "api", version: "v1" } }));
      r.pass(20);
      expect(calls(r, "v2") > 0).toBe(expected);
    }
  });

  it("tells clients apart by their labels", () => {
    const r = run([
      ...base,
      ...versions,
      subsets,
      client([flow()], { tier: "gold" }),
      route({ http: [{ match: [{ sourceLabels: { tier: "gold" } }], route: [to("v2")] }, { route: [to("v1")] }] }),
    ]);
    r.pass(10);
    expect(calls(r, "v1")).toBe(0);
    expect(calls(r, "v2")).toBeGreaterThan(100);
  });
});

describe("an HTTPRoute of a service", () => {
  it("splits by its backends' weights", () => {
    const httpRoute: KubeObject = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "HTTPRoute",
      metadata: { name: "api", namespace: "a" },
      spec: {
        parentRefs: [{ group: "", kind: "Service", name: "api" }],
        rules: [{ backendRefs: ["v1", "v2"].map((v, i) => ({ name: `api-${v}`, port: 80, weight: i === 0 ? 3 : 1 })) }],
      },
    };
    const r = run([
      ...base,
      ...versions,
      ...["v1", "v2"].map((version) => service("a", `api-${version}`, { selector: { app: "api", version } })),
      client([flow({ rate: 50 })]),
      httpRoute,
    ]);
    r.pass(40);
    const share = calls(r, "v2") / (calls(r, "v1") + calls(r, "v2"));
    expect(Math.abs(share - 0.25)).toBeLessThan(0.04);
  });
});

describe("connections", () => {
  const tcp = flow({
    protocol: "tcp",
    port: 80,
    rate: 20,
    connection: { seconds: 0.2, sent: 10, received: 10 },
  });

  it("are shifted by a tcp rule", () => {
    const r = run([
      ...base,
      ...versions,
      subsets,
      client([tcp]),
      route({ tcp: [{ route: [to("v1", 20), to("v2", 80)] }] }),
    ]);
    r.pass(60);
    const share = calls(r, "v2", "tcp") / (calls(r, "v1", "tcp") + calls(r, "v2", "tcp"));
    expect(Math.abs(share - 0.8)).toBeLessThan(0.05);
  });

  it("keep to no rule of another port", () => {
    const rule = { match: [{ port: 9999 }], route: [to("v2")] };
    const r = run([...base, ...versions, subsets, client([tcp]), route({ tcp: [rule] })]);
    r.pass(20);
    expect(calls(r, "v1", "tcp")).toBeGreaterThan(0);
  });

  it("fail where the rule names no subset that exists", () => {
    const r = run([...base, ...versions, client([tcp]), route({ tcp: [{ route: [to("v9")] }] })]);
    r.pass(10);
    expect(calls(r, "v1", "tcp") + calls(r, "v2", "tcp")).toBe(0);
    expect(edges(r)[0]).toMatchObject({ target: "west-1/unknown/external/BlackHoleCluster" });
  });
});

describe("retries", () => {
  it("give an attempt up when its own time is over", () => {
    const retries = { attempts: 1, perTryTimeout: "100ms", retryOn: "5xx" };
    const r = run([
      ...base,
      client([flow()]),
      api({ latency: { p50: 400, p99: 500 } }),
      route({ http: [{ route: [{ destination: { host: "api" } }], retries }] }),
    ]);
    r.pass(20);
    const asked = total(r.world, "istio_requests_total", { reporter: "source", response_code: "504" });
    expect(asked).toBe(total(r.world, "istio_requests_total", { reporter: "source" }));
    const attempts = total(r.world, "istio_requests_total", { reporter: "destination", response_flags: "DC" });
    expect(Math.abs(attempts - 2 * asked)).toBeLessThanOrEqual(6);
  });
});

it("aborts gRPC calls with the status that was asked for", () => {
  const r = run([
    ...base,
    client([flow({ protocol: "grpc" })]),
    api(),
    route({
      http: [{ route: [{ destination: { host: "api" } }], fault: { abort: { grpcStatus: "UNAVAILABLE" } } }],
    }),
  ]);
  r.pass(10);
  const [seen] = samples(r.world, "istio_requests_total", { reporter: "source" });
  expect(seen?.labels).toMatchObject({ response_code: "200", grpc_response_status: "14", response_flags: "FI" });
});

describe("outlier detection", () => {
  const broken = { trouble: [{ kind: "error", code: 500, share: 1 }] } as const;
  const world = (outlierDetection: Record<string, unknown> | null): Run => {
    const rule = istio("networking", "DestinationRule", "a", "api", {
      host: "api",
      ...(outlierDetection === null ? {} : { trafficPolicy: { outlierDetection } }),
    });
    const r = run([...base, client([flow({ rate: 50 })]), api({}, "v1", "api-v1"), api(broken, "v2", "api-v2"), rule]);
    r.pass(25);
    return r;
  };

  it("leaves the endpoint out that fails five times in a row", () => {
    expect(calls(world(null), "v2")).toBeGreaterThan(500);
    expect(calls(world({ maxEjectionPercent: 100 }), "v2")).toBeLessThan(10);
  });

  it("ejects none of two where ten per cent may be out, which is the default", () => {
    expect(calls(world({}), "v2")).toBeGreaterThan(500);
  });

  it("lets it come back, and stay out for longer the next time", () => {
    const r = run([
      ...base,
      client([flow({ rate: 50 })]),
      api({}, "v1", "api-v1"),
      api(broken, "v2", "api-v2"),
      istio("networking", "DestinationRule", "a", "api", {
        host: "api",
        trafficPolicy: {
          outlierDetection: {
            maxEjectionPercent: 100,
            baseEjectionTime: "5s",
            interval: "1s",
            consecutive5xxErrors: 3,
          },
        },
      }),
    ]);
    const bursts: number[] = [];
    let before = 0;
    for (let second = 0; second < 40; second += 1) {
      r.pass(1);
      const now = calls(r, "v2");
      if (now > before) bursts.push(second);
      before = now;
    }
    const starts = bursts.filter((second, i) => second - (bursts[i - 1] ?? -9) > 2);
    const gaps = starts.slice(1).map((second, i) => second - (starts[i] ?? 0));
    expect(gaps.length).toBeGreaterThanOrEqual(2);
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b));
    expect(gaps[1]).toBeGreaterThan(gaps[0] ?? 0);
  });
});

it("lets a gateway answer only for hosts that it listens for", () => {
  const gateway = { ...client([flow({ host: "a.example" }), flow({ host: "b.example" })], { istio: "edge" }) };
  const listens = istio("networking", "Gateway", "a", "edge", {
    selector: { istio: "edge" },
    servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: ["./a.example"] }],
  });
  const routes = istio("networking", "VirtualService", "a", "edge", {
    hosts: ["a.example", "b.example"],
    gateways: ["edge"],
    http: [{ route: [{ destination: { host: "api" } }] }],
  });
  const template = { ...(gateway.spec?.["template"] as { metadata: object; spec: object }) };
  const asGateway = {
    ...gateway,
    spec: { ...gateway.spec, template: { ...template, spec: { containers: [{ name: "istio-proxy" }] } } },
  };
  const r = run([...base, asGateway, api(), listens, routes]);
  r.pass(10);
  const answered = (destination_service: string, response_flags: string) =>
    total(r.world, "istio_requests_total", { reporter: "source", destination_service, response_flags });
  expect(answered("api.a.svc.cluster.local", "-")).toBeGreaterThan(100);
  expect(answered("b.example", "NR")).toBeGreaterThan(100);
  expect(answered("a.example", "NR")).toBe(0);
});

describe("TLS to the destination", () => {
  it.each([
    ["DISABLE", "200", 0],
    ["ISTIO_MUTUAL", "200", 1],
    ["SIMPLE", "503", 0],
  ])("%s", (mode, code, mtls) => {
    const rule = istio("networking", "DestinationRule", "a", "api", { host: "api", trafficPolicy: { tls: { mode } } });
    const r = run([...base, client([flow()]), api(), rule]);
    r.pass(10);
    expect(edges(r)[0]).toMatchObject({ mtls });
    expect(total(r.world, "istio_requests_total", { reporter: "source", response_code: code })).toBeGreaterThan(100);
  });
});
