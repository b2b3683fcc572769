import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ObservedCall } from "#lib/mesh/impact.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
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

function chosen(calls: readonly ObservedCall[], after = ADMIN, visible: Worked["visible"] = () => true) {
  const names = new Set(calls.flatMap(({ source, target }) => [source.name, target.name]));
  const own = inventory([...names].map((name) => workload(`shop/${name}`))).get("c");
  if (own === undefined) throw new Error("no inventory");
  const { asked, left } = chosenPairs({
    ...{ changes: [{ before: null, after }], visible },
    traffic: { at: unixSeconds(0), window: "1h", week: true, limits: [], calls },
    world: {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, elsewhere: [] },
      ...{ objects: () => [], sees: () => true, unread: () => null },
    },
  });
  return { pairs: asked.map(({ item }) => `${item.source.split("/").at(-1)} ${item.max}`), left };
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
    expect(chosen([call("web", "api", 1)], policy([{}]))).toEqual({ pairs: [], left: 0 });
    const header = policy([{ when: [{ key: "request.headers[x-a]", values: ["b"] }] }]);
    expect(chosen([call("web", "api", 1)], header)).toEqual({ pairs: [], left: 0 });
    expect(chosen([call("web", "api", 1)])).toEqual({ pairs: ["web 1"], left: 0 });
  });

  it("are none of those that the viewer may not see", () => {
    expect(chosen([call("web", "api", 1)], ADMIN, () => false)).toEqual({ pairs: [], left: 0 });
  });
});
