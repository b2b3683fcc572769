import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ObservedCall } from "#lib/mesh/impact.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ratio, unixSeconds } from "#lib/units.ts";
import type { Worked } from "./impact.ts";
import { chosenPairs } from "./sample-pairs.ts";

const key = (name: string) => ({ kind: "workload", cluster: "c", namespace: "shop", name }) as const;
const call = (from: string, to: string, rate: number): ObservedCall => ({
  ...{ source: key(from), target: key(to), ids: { source: nodeId(key(from)), target: nodeId(key(to)) } },
  ...{ service: null, protocol: "http", rate, seen: "hour", mtls: { share: null, basis: "unknown" } },
  ...{ callers: new Map(), viaWaypoint: false },
});
const policy = (rules: object[]): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata: { namespace: "shop", name: "p" } },
  spec: { action: "DENY", rules } as never,
});
const ADMIN = policy([{ to: [{ operation: { paths: ["/admin"] } }] }]);

function chosen(
  calls: readonly ObservedCall[],
  after = ADMIN,
  visible: Worked["visible"] = () => true,
  before: Manifest | null = null,
  more: readonly Manifest[] = [],
  headers: readonly string[] = [],
) {
  const names = new Set(calls.flatMap(({ source, target }) => [source.name, target.name]));
  const own = inventory([...names].map((name) => workload(`shop/${name}`))).get("c");
  if (own === undefined) throw new Error("no inventory");
  const worked: Worked = {
    changes: [{ before, after }, ...more.map((each) => ({ before: null, after: each }))],
    visible,
    traffic: { at: unixSeconds(0), window: "1h", week: true, limits: [], calls },
    world: {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, elsewhere: [] },
      objects: (kind) => (before !== null && manifestKindKey(before) === kind ? [before] : []),
      ...{ sees: () => true, unread: () => null },
    },
  };
  const { asked, left } = chosenPairs(worked, headers);
  return {
    verdicts: asked.map(({ item }) => item.verdict),
    pairs: asked.map(({ item }) => `${item.source.split("/").at(-1)} ${item.max}`),
    left,
  };
}

describe("pairs that samples are asked for", () => {
  it("are ten at most, the busiest first", () => {
    const calls = Array.from({ length: 13 }, (_, i) => call(`w${i}`, "api", i + 1));
    const { pairs, left } = chosen(calls);
    expect(pairs).toHaveLength(10);
    expect(pairs.slice(0, 2)).toEqual(["w12 13", "w11 12"]);
    expect(left).toBe(3);
  });

  it("are those alone that something is open of which a sample can tell", () => {
    expect(chosen([call("web", "api", 1)], policy([{}]))).toMatchObject({ pairs: [], left: 0 });
    const header = policy([{ when: [{ key: "request.headers[x-a]", values: ["b"] }] }]);
    expect(chosen([call("web", "api", 1)], header)).toMatchObject({ pairs: [], left: 0 });
    expect(chosen([call("web", "api", 1)], header, () => true, null, [], ["x-b"]).pairs).toEqual([]);
    expect(chosen([call("web", "api", 1)], header, () => true, null, [], ["x-a"]).pairs).toEqual(["web 1"]);
    expect(chosen([call("web", "api", 1)])).toMatchObject({ pairs: ["web 1"], left: 0 });
  });

  it("are none of what no sample decides: faults, timeouts, retries", () => {
    const vs = (http: object): Manifest => ({
      ...{ apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata: { namespace: "shop", name: "v" } },
      spec: {
        hosts: ["api"],
        http: [{ route: [{ destination: { host: "api" } }] }].map((each) => ({ ...each, ...http })),
      },
    });
    const service = { namespace: "shop", name: "api" };
    const only = { match: [{ uri: { prefix: "/x" } }] };
    const abort = { ...only, fault: { abort: { httpStatus: 503, percentage: { value: 100 } } } };
    const calls = [{ ...call("web", "api", 1), service }];
    for (const http of [abort, { ...only, timeout: "1s" }, { ...only, retries: { attempts: 5 } }]) {
      expect(chosen(calls, vs(http)).verdicts).toEqual([]);
      // A fault or a timeout that goes allows calls, by chance or by time.
      expect(chosen(calls, vs(only), () => true, vs(http)).verdicts).toEqual([]);
    }
  });

  it("are asked once, whichever rule of the change decides", () => {
    const paths = [{ operation: { paths: ["/admin"] } }];
    const from = [{ source: { principals: ["cluster.local/ns/shop/sa/cron"] } }];
    const first = { ...policy([{ from, to: paths }]), metadata: { namespace: "shop", name: "a" } };
    const mtls = { share: ratio(1), basis: "server" } as const;
    const known = { ...call("web", "api", 2), mtls, callers: new Map([["spiffe://cluster.local/ns/shop/sa/web", 1]]) };
    const other = { ...call("web", "api", 1), service: { namespace: "shop", name: "api" } };
    const { pairs, left } = chosen([known, other], first, () => true, null, [ADMIN]);
    expect({ pairs, left }).toEqual({ pairs: ["web 2"], left: 0 });
  });

  it("are none of those that the viewer may not see", () => {
    expect(chosen([call("web", "api", 1)], ADMIN, () => false)).toMatchObject({ pairs: [], left: 0 });
  });
});
