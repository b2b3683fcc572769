import { describe, expect, it } from "vitest";
import { qualify, readVirtualService } from "./virtual-service.ts";

it.each([
  ["api", "api.a.svc.cluster.local"],
  ["api.b.svc.cluster.local", "api.b.svc.cluster.local"],
  // Istio takes a name with dots as it stands.
  ["api.b", "api.b"],
  ["*", "*"],
  ["*.example.com", "*.example.com"],
])("qualify(%s)", (host, expected) => {
  expect(qualify(host, "a")).toBe(expected);
});

const read = (spec: Record<string, unknown>) => readVirtualService({ metadata: { name: "v", namespace: "a" }, spec });

describe("readVirtualService", () => {
  it("resolves short names in the object's namespace, and binds to the mesh by default", () => {
    expect(read({ hosts: ["api"] })).toMatchObject({ hosts: ["api.a.svc.cluster.local"], gateways: ["mesh"] });
    expect(read({ hosts: ["x.example"], gateways: ["edge", "infra/main"] }).gateways).toEqual(["a/edge", "infra/main"]);
  });

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["a lone route takes everything", { route: [{ destination: { host: "api" } }] }, { routes: [{ weight: 1 }] }],
    [
      "among several, no weight is none",
      { route: [{ destination: { host: "api" }, weight: 3 }, { destination: { host: "b" } }] },
      { routes: [{ weight: 3 }, { weight: 0 }] },
    ],
    ["timeout", { timeout: "1.5s" }, { timeoutMs: 1500 }],
    [
      "retries",
      { retries: { attempts: 4, retryOn: "5xx, reset" } },
      { retries: { attempts: 4, on: ["5xx", "reset"], perTryMs: null, backoffMs: null } },
    ],
    ["no retries", { retries: { attempts: 0 } }, { retries: { attempts: 0 } }],
    [
      "abort",
      { fault: { abort: { httpStatus: 500, percentage: { value: 2.5 } } } },
      { abort: { code: 500, share: 0.025 } },
    ],
    [
      "delay without a percentage is always",
      { fault: { delay: { fixedDelay: "2s" } } },
      { delay: { ms: 2000, share: 1 } },
    ],
    [
      "mirrors",
      { mirrors: [{ destination: { host: "b" }, percentage: { value: 10 } }] },
      { mirrors: [{ share: 0.1, to: { host: "b.a.svc.cluster.local" } }] },
    ],
    [
      "the old mirror",
      { mirror: { host: "b", subset: "v2" }, mirrorPercentage: { value: 50 } },
      { mirrors: [{ share: 0.5, to: { subset: "v2" } }] },
    ],
    [
      "a match that isn't simulated is never met",
      { match: [{ somethingNew: { x: 1 } }] },
      { matches: [{ never: true }] },
    ],
    [
      "retries with limits of their own",
      { retries: { attempts: 1, perTryTimeout: "250ms", backoff: "0.1s" } },
      { retries: { attempts: 1, perTryMs: 250, backoffMs: 100 } },
    ],
    ["an abort by gRPC status", { fault: { abort: { grpcStatus: "UNAVAILABLE" } } }, { abort: { grpc: 14, share: 1 } }],
    [
      "nonsense reads as nothing",
      { route: "x", retries: 3, timeout: 5, fault: [] },
      { routes: [], retries: null, timeoutMs: null, abort: null },
    ],
  ])("%s", (_, rule, expected) => {
    expect(read({ hosts: ["api"], http: [rule] }).http[0]).toMatchObject(expected);
  });
});
