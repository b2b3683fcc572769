import { describe, expect, it } from "vitest";
import type { KubeObject } from "../kube/object.ts";
import { istio, service } from "../scenarios/manifests.ts";
import type { Flow } from "./behaviour.ts";
import { samples, total } from "./reading.test-support.ts";
import type { Run } from "./run.test-support.ts";
import { api, base, client, edges, flow, route, run, subsets } from "./run.test-support.ts";

describe("a plain call", () => {
  it("is counted once by each proxy and once by the ledger, at a Poisson rate", () => {
    const r = run([...base, client([flow()]), api()]);
    r.pass(60);
    const source = total(r.world, "istio_requests_total", { reporter: "source" });
    expect(Math.abs(source - 1200)).toBeLessThan(4 * Math.sqrt(1200));
    expect(edges(r)).toEqual([
      {
        source: "west-1/a/workload/web",
        target: "west-1/a/workload/api",
        protocol: "http",
        requests: source,
        failures: 0,
        mtls: 1,
      },
    ]);
    expect(Math.abs(total(r.world, "istio_requests_total", { reporter: "destination" }) - source)).toBeLessThanOrEqual(
      2,
    );
    expect(total(r.world, "istio_request_duration_milliseconds_count", { reporter: "source" })).toBe(source);
  });

  it("repeats for a seed and differs for another", () => {
    const count = (seed: number): unknown => {
      const r = run([...base, client([flow()]), api()], seed);
      r.pass(20);
      return [edges(r), samples(r.world, "istio_requests_total")];
    };
    expect(count(5)).toEqual(count(5));
    expect(count(5)).not.toEqual(count(6));
  });
});

describe("routing", () => {
  const weighted = (v1: number, v2: number): KubeObject =>
    route({
      http: [
        {
          route: [["v1", v1] as const, ["v2", v2] as const].map(([subset, weight]) => ({
            destination: { host: "api", subset },
            weight,
          })),
        },
      ],
    });
  const share = (r: Run): number => {
    const of = (name: string): number => edges(r).find((e) => e.target.endsWith(name))?.requests ?? 0;
    return of("api-v2") / (of("api-v1") + of("api-v2"));
  };

  it("splits by weights, and by new ones from the change on", () => {
    const r = run([
      ...base,
      client([flow({ rate: 50 })]),
      api({}, "v1", "api-v1"),
      api({}, "v2", "api-v2"),
      subsets,
      weighted(90, 10),
    ]);
    r.pass(60);
    expect(Math.abs(share(r) - 0.1)).toBeLessThan(0.03);
    const before = edges(r);
    r.world.upsert("west-1", "VirtualService", weighted(0, 100));
    r.pass(10);
    const v1 = edges(r).find((e) => e.target.endsWith("api-v1"))?.requests ?? 0;
    // Only what was already under way may still end at v1.
    expect(v1 - (before.find((e) => e.target.endsWith("api-v1"))?.requests ?? 0)).toBeLessThan(5);
  });

  it("mirrors to a server that alone reports it", () => {
    const r = run([
      ...base,
      client([flow()]),
      api({}, "v1", "api-v1"),
      api({}, "v2", "api-v2"),
      subsets,
      route({
        http: [
          {
            route: [{ destination: { host: "api", subset: "v1" } }],
            mirrors: [{ destination: { host: "api", subset: "v2" }, percentage: { value: 50 } }],
          },
        ],
      }),
    ]);
    r.pass(30);
    expect(samples(r.world, "istio_requests_total", { reporter: "source", destination_workload: "api-v2" })).toEqual(
      [],
    );
    const copies = total(r.world, "istio_requests_total", { reporter: "destination", destination_workload: "api-v2" });
    expect(copies).toBeGreaterThan(200);
    expect(edges(r).find((e) => e.mirror)).toMatchObject({ target: "west-1/a/workload/api-v2", requests: copies });
  });

  it.each<[string, KubeObject[], Partial<Flow>, Record<string, string>, string]>([
    [
      "UH: no endpoint",
      [],
      {},
      {
        response_code: "503",
        response_flags: "UH",
        destination_service: "api.a.svc.cluster.local",
        destination_service_namespace: "unknown",
      },
      "west-1/a/service/api",
    ],
    [
      "NC: no such subset",
      [api(), route({ http: [{ route: [{ destination: { host: "api", subset: "v9" } }] }] })],
      { host: "api:80" },
      { response_code: "503", response_flags: "NC", destination_service: "api:80", destination_service_name: "api:80" },
      "west-1/a/service/api",
    ],
    [
      "an unknown host",
      [],
      { host: "cdn.example" },
      {
        response_code: "200",
        response_flags: "-",
        destination_service_name: "PassthroughCluster",
        destination_service: "cdn.example",
      },
      "west-1/unknown/external/PassthroughCluster",
    ],
    [
      "an unknown host where only known ones may be called",
      [istio("networking", "Sidecar", "a", "default", { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })],
      { host: "cdn.example" },
      { response_code: "502", destination_service_name: "BlackHoleCluster" },
      "west-1/unknown/external/BlackHoleCluster",
    ],
    [
      "a registered host",
      [istio("networking", "ServiceEntry", "a", "se", { hosts: ["pay.example"] })],
      { host: "pay.example" },
      { destination_service: "pay.example", destination_service_name: "pay.example", destination_workload: "unknown" },
      "west-1/unknown/external/pay.example",
    ],
    [
      "UF: nobody listens, and the default retries don't help",
      [api({ trouble: [{ kind: "refuse", share: 1 }] })],
      {},
      {
        response_code: "503",
        response_flags: "UF,URX",
        destination_workload: "unknown",
        destination_workload_namespace: "unknown",
      },
      "west-1/a/service/api",
    ],
    [
      "UO: the pool is full",
      [api({ trouble: [{ kind: "overflow", share: 1 }] })],
      {},
      { response_code: "503", response_flags: "UO" },
      "west-1/a/service/api",
    ],
    [
      "UT: too slow",
      [
        api({ latency: { p50: 400, p99: 500 } }),
        route({ http: [{ route: [{ destination: { host: "api" } }], timeout: "0.1s" }] }),
      ],
      {},
      { response_code: "504", response_flags: "UT" },
      "west-1/a/workload/api",
    ],
    [
      "FI: aborted on purpose",
      [
        api(),
        route({
          http: [
            {
              route: [{ destination: { host: "api" } }],
              fault: { abort: { httpStatus: 418, percentage: { value: 100 } } },
            },
          ],
        }),
      ],
      {},
      { response_code: "418", response_flags: "FI" },
      "west-1/a/service/api",
    ],
    [
      "DC: the user left",
      [api()],
      { abandon: 1 },
      { response_code: "0", response_flags: "DC" },
      "west-1/a/workload/api",
    ],
    [
      "UC stays at the server's proxy",
      [api({ trouble: [{ kind: "reset", share: 1 }] })],
      {},
      { response_code: "503", response_flags: "-" },
      "west-1/a/workload/api",
    ],
    [
      "gRPC: a local answer is 200 with a status",
      [],
      { protocol: "grpc" },
      { response_code: "200", grpc_response_status: "14", response_flags: "UH", request_protocol: "grpc" },
      "west-1/a/service/api",
    ],
  ])("%s", (_, more, spec, labels, target) => {
    const r = run([...base, client([flow(spec)]), ...more]);
    r.pass(10);
    const seen = samples(r.world, "istio_requests_total", { reporter: "source" });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.labels).toMatchObject({ ...labels, source_workload: "web", connection_security_policy: "unknown" });
    expect(edges(r).map((e) => e.target)).toEqual([target]);
  });

  it("shows attempts at the server and one request at the client", () => {
    const r = run([
      ...base,
      client([flow()]),
      api({ trouble: [{ kind: "error", code: 503, share: 1 }] }),
      route({ http: [{ route: [{ destination: { host: "api" } }], retries: { attempts: 2, retryOn: "5xx" } }] }),
    ]);
    r.pass(20);
    const asked = total(r.world, "istio_requests_total", {
      reporter: "source",
      response_flags: "URX",
      response_code: "503",
    });
    const attempts = total(r.world, "istio_requests_total", { reporter: "destination" });
    expect(asked).toBe(total(r.world, "istio_requests_total", { reporter: "source" }));
    expect(Math.abs(attempts - 3 * asked)).toBeLessThanOrEqual(6);
    expect(edges(r)[0]).toMatchObject({ requests: asked, failures: asked });
  });

  it("starts a timeout's clock after an injected delay", () => {
    const r = run([
      ...base,
      client([flow()]),
      api(),
      route({
        http: [
          {
            route: [{ destination: { host: "api" } }],
            timeout: "1s",
            fault: { delay: { fixedDelay: "2s", percentage: { value: 100 } } },
          },
        ],
      }),
    ]);
    r.pass(10);
    const seen = samples(r.world, "istio_requests_total", { reporter: "source" });
    expect(seen.map((s) => s.labels["response_flags"])).toEqual(["DI"]);
    const sum = total(r.world, "istio_request_duration_milliseconds_sum", { reporter: "source" });
    expect(sum / (seen[0]?.value ?? 1)).toBeGreaterThan(2000);
  });

  it("fails a request whose critical call failed, and lets others pass", () => {
    const chain = (critical: boolean): Run =>
      run([
        ...base,
        service("a", "db"),
        client([flow()]),
        api({ calls: [{ host: "db", protocol: "http", share: 1, critical }] }),
      ]);
    for (const critical of [true, false]) {
      const r = chain(critical);
      r.pass(10);
      const up = edges(r).find((e) => e.target.endsWith("workload/api"));
      expect(up?.failures).toBe(critical ? up?.requests : 0);
    }
  });
});
