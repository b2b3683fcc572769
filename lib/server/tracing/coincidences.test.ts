import { describe, expect, test } from "vitest";
import { formatInstant } from "#lib/api/instant.ts";
import type { Mark } from "#lib/api/marks.ts";
import type { PolicyItem } from "#lib/api/policies.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { nodeId } from "#lib/graph/id.ts";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Contributor } from "#lib/tracing/analysis/contributors.ts";
import { namedPlace } from "#lib/tracing/place.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS } from "../identity.ts";
import { type ChangeDeps, coincidencesOf } from "./coincidences.ts";
import { NOW } from "./fixture.test-support.ts";
import { type Located, Places } from "./places.ts";
import type { Sampled } from "./sample.ts";

const inventory = {
  workloads: new Map([
    [
      "shop/inventory-v7",
      { namespace: "shop", name: "inventory-v7", app: "inventory", pods: [] } as unknown as Workload,
    ],
    ["shop/pg-0", { namespace: "shop", name: "pg-0", app: "pg", pods: [] } as unknown as Workload],
  ]),
  services: new Map([["shop/postgres", { workloads: ["pg-0"] }]]),
} as unknown as ClusterInventory;
const places = new Places({ inventory: () => new Map([["c", inventory]]), clusterOf: (name) => name });

const located = (service: string): Located => {
  const place = namedPlace(service);
  if (place === null) throw new Error(`${service} names no place`);
  return { ...place, clusters: ["c"] };
};
const NOTHING = { mean: { value: 0, low: null, high: null }, p95: null, traces: 0, spread: null, versions: [] };
const contributor = (service: string, target: string | null, since: number | null): Contributor => ({
  ...{ kind: "waiting", service, operation: "op", target, calls: [], now: NOTHING, before: null, change: null },
  ...{ since, newVersions: [], examples: [] },
});
/** The last hour in ten slices; what rose did so half an hour ago. */
const SINCE = NOW - 1800;
const now = {
  ...{ start: unixSeconds(NOW - 3600), end: unixSeconds(NOW) },
  slices: Array.from({ length: 10 }, () => ({ traces: 10, more: false, failed: false, read: true })),
  places: new Map(["web.shop", "inventory.shop"].map((service) => [service, [located(service)]])),
} as unknown as Sampled;

const mark = (
  minutes: number,
  kind: Mark["kind"],
  name: string,
  more: Partial<Mark["object"]> = {},
  gone = false,
): Mark => ({
  at: formatInstant(unixSeconds(SINCE + 60 * minutes)),
  kind,
  object: {
    ...{ cluster: "c", namespace: "shop", name },
    ...(kind === "deployment" || kind === "restart"
      ? { group: "apps", version: "v1", kind: "Deployment" }
      : { group: "networking.istio.io", version: "v1", kind: "DestinationRule" }),
    ...more,
  },
  text: `${kind} ${name}`,
  ...(gone ? { deleted: true } : {}),
});
const KNOWN = [{ kind: "policy" as const, since: formatInstant(unixSeconds(NOW - 99)), text: "since then" }];

async function found(
  marks: readonly Mark[],
  more: Partial<Parameters<typeof coincidencesOf>[3]> & { deps?: Partial<ChangeDeps> } = {},
) {
  const asked: string[] = [];
  const deps: ChangeDeps = {
    marks: async () => ({ items: [...marks], knownSince: KNOWN }),
    policies: async (_, { node }) => {
      asked.push(node === undefined ? "" : nodeId(node));
      const { object } = mark(0, "policy", "limits");
      return { items: [{ object } as PolicyItem], asOf: null, unread: [] };
    },
    ...more.deps,
  };
  const contributors = more.contributors ?? [contributor("inventory.shop", null, SINCE)];
  const answer = await coincidencesOf(
    deps,
    ANONYMOUS,
    { text: (text) => text.replaceAll("secret", "(hidden)") },
    { contributors, now, baseline: more.baseline ?? null, places },
    new AbortController().signal,
  );
  return {
    ...answer,
    asked,
    said: answer.each.map((each) => each.map(({ concerns, object }) => `${concerns} ${object.name}`)),
  };
}

describe("changes at the time of a rise", () => {
  test("are those of the contributor's own workload, and of whom it calls", async () => {
    const marks = [
      mark(-4, "deployment", "inventory-v7"),
      mark(-3, "restart", "pg-0"),
      mark(-2, "deployment", "inventory-v7", { namespace: "bank" }),
      mark(-1, "deployment", "web"),
      mark(0, "deployment", "inventory-v7", { cluster: "east" }),
    ];
    const contributors = [
      contributor("inventory.shop", null, SINCE),
      contributor("inventory.shop", "postgres.shop.svc.cluster.local", SINCE),
      contributor("web.shop", "inventory.shop", SINCE),
      contributor("web.shop", "8.8.8.8", SINCE),
    ];
    const { said, changes } = await found(marks, { contributors });
    expect(said).toEqual([
      ["workload inventory-v7"],
      ["workload pg-0", "workload inventory-v7"],
      ["workload web", "workload inventory-v7"],
      ["workload web"],
    ]);
    expect(changes).toEqual({ knownSince: KNOWN, problem: null });
  });

  test("are policies that take effect there, and such as are gone from beside it", async () => {
    const { said, asked } = await found([
      mark(1, "policy", "limits"),
      mark(2, "change", "others"),
      mark(3, "policy", "old", {}, true),
      mark(4, "policy", "old", { namespace: "bank" }, true),
    ]);
    expect(said).toEqual([["policy limits", "namespace old"]]);
    // However many policies changed, each node is asked once.
    expect(asked).toEqual(["c/shop/app/inventory"]);
  });

  test("come nearest first, no more than five, and none from another hour", async () => {
    const minutes = [-30, -9, 3, -2, 5, -5, 1];
    const { each } = await found(minutes.map((minute) => mark(minute, "restart", "inventory-v7")));
    expect(each[0]?.map(({ at }) => (Date.parse(at) / 1000 - SINCE) / 60)).toEqual([1, -2, 3, 5, -5]);
    const { said } = await found([mark(-30, "restart", "inventory-v7"), mark(20, "restart", "inventory-v7")]);
    expect(said).toEqual([[]]);
  });

  test("lie between the baseline and the window where the rise does", async () => {
    const estimate = { value: 5, low: 1, high: 9 };
    const rose = { ...contributor("inventory.shop", null, null), change: { mean: estimate, p95: null } };
    const level = { ...rose, change: { mean: { ...estimate, low: -1 }, p95: null } };
    const marks = [mark(-40, "deployment", "inventory-v7"), mark(0, "deployment", "inventory-v7")];
    const { each } = await found(marks, { contributors: [rose, level], baseline: { end: SINCE - 3000 } });
    expect(each.map((one) => one.map(({ at }) => (Date.parse(at) / 1000 - SINCE) / 60))).toEqual([[-40], []]);
  });

  test("that can't be read are said, and nothing is made up", async () => {
    const marks = async () => {
      throw new MeshscopeError("upstream_unreachable", "the API of secret is silent");
    };
    const { said, changes } = await found([], { deps: { marks } });
    expect([said, changes]).toEqual([[[]], { knownSince: [], problem: "the API of (hidden) is silent" }]);
  });

  test("of a place that the viewer may not see are none", async () => {
    const policies = async () => {
      throw new MeshscopeError("forbidden", "no");
    };
    const { said, changes } = await found([mark(1, "policy", "limits")], { deps: { policies } });
    expect([said, changes.problem]).toEqual([[[]], null]);
  });
});
