import { describe, expect, it } from "vitest";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { InboundCall } from "../../access-log.ts";
import { callersByLog } from "./log-callers.ts";
import { switchOnLogs } from "./switch-on-logs.ts";

const CLUSTER = inventory(
  [workload("legacy/till", { dataplane: "none" }), workload("mesh/amb", { dataplane: "ambient" })],
  {
    workloadByIp: new Map([
      ["10.0.0.1", "legacy/till"],
      ["10.0.0.2", "mesh/amb"],
      ["10.0.0.3", "bank/secret"],
    ]),
  },
).get("c");
const call = (address: string, more: Partial<InboundCall> = {}): InboundCall => ({
  ...{ address, claimed: false, sends: "plaintext", refused: false },
  ...more,
});

describe("who called, by access logs", () => {
  const told = (...calls: InboundCall[]) => {
    if (CLUSTER === undefined) throw new Error("no inventory");
    const logged = calls.map((each, i) => ({ call: each, at: `2026-01-01T12:00:0${i}Z` }));
    return callersByLog(logged, CLUSTER, (_, namespace) => namespace !== "bank");
  };

  it("is the workload whose pod has the address, with its lines and the last of them", () => {
    expect(
      told(call("10.0.0.1"), call("10.0.0.1", { refused: true }), call("10.0.0.1", { sends: "mutual TLS" })),
    ).toEqual({
      mutual: 1,
      callers: [
        {
          ...{ source: "c/legacy/workload/till", by: "pod", address: "10.0.0.1", sends: "plaintext" },
          ...{ calls: 2, refused: 1, lastAt: "2026-01-01T12:00:01Z" },
        },
      ],
    });
  });

  it("has no name where no pod has the address, where a header says it, and out of sight, where the address isn't told either", () => {
    const { callers } = told(call("10.0.0.9"), call("10.0.0.1", { claimed: true }), call("10.0.0.3"));
    expect(callers.map(({ source, by, address }) => [source, by, address])).toEqual([
      [null, "hidden", null],
      [null, "claimed", "10.0.0.1"],
      [null, "address", "10.0.0.9"],
    ]);
  });

  it("isn't told of an ambient client, whose tunnel names no server", () => {
    expect(told(call("10.0.0.2"), call("10.0.0.2", { sends: "own TLS" })).callers.map(({ sends }) => sends)).toEqual([
      "own TLS",
      "unknown",
    ]);
  });
});

describe("how access logs are switched on", () => {
  const cart = workload("shop/cart", { labels: { app: "cart", version: "v1" } });
  const telemetry = (labels: Record<string, string>, spec: object = {}): Manifest => ({
    ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { namespace: "shop", name: "own" } },
    spec: { ...(Object.keys(labels).length === 0 ? {} : { selector: { matchLabels: labels } }), ...spec },
  });
  const offer = (objects: readonly Manifest[], of = cart, o: { sees?: boolean; version?: string | null } = {}) => {
    const [own] = inventory([of]).values();
    if (own === undefined) throw new Error("no inventory");
    const world = {
      ...{ cluster: "c", rootNamespace: "istio-system", inventory: own, unread: () => null },
      ...{ objects: () => objects, sees: () => o.sees ?? true },
    };
    return switchOnLogs(of, world, o.version === undefined ? "v1" : o.version);
  };

  it("by an object for the workload, in the version that the cluster serves", () => {
    expect(offer([telemetry({}), telemetry({ app: "web" })], cart, { version: "v1alpha1" }).manifest).toMatchObject({
      ...{ apiVersion: "telemetry.istio.io/v1alpha1", metadata: { namespace: "shop", name: "cart-access-logs" } },
      spec: { selector: { matchLabels: { app: "cart" } }, accessLogging: [{ providers: [{ name: "envoy" }] }] },
    });
  });

  it.each([
    [
      "one selects it already",
      offer([telemetry({ app: "cart" })]),
      /Telemetry shop\/own selects this workload: add accessLogging/,
    ],
    [
      "one says so already",
      offer([telemetry({ app: "cart" }, { accessLogging: [{}] })]),
      /sets accessLogging: see whether/,
    ],
    ["one out of sight selects it", offer([telemetry({ app: "cart" })], cart, { sees: false }), /may not see/],
    ["nothing selects its pods", offer([], workload("shop/cart")), /no label app/],
    ["the cluster serves no such kind", offer([], cart, { version: null }), /accessLogFile/],
  ])("or is advice where %s", (_, { manifest, text }, words) => {
    expect(manifest).toBeNull();
    expect(text).toMatch(words);
  });
});
