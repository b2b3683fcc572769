import { describe, expect, test } from "vitest";
import type { ClusterInventory } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { ClusterPolicies } from "../policy/store.ts";
import type { Question } from "../rights/model.ts";
import { configuredSampling } from "./configured.ts";

const telemetry = (namespace: string, percent: number): Manifest => ({
  ...{ apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { name: `t-${percent}`, namespace } },
  spec: { tracing: [{ randomSamplingPercentage: percent }] },
});
const settings = (root: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: root } },
  data: { mesh: "defaultConfig: {tracing: {sampling: 7}}" },
});
const inventory = (cluster: string): ClusterInventory => ({
  ...{ cluster, asOf: unixSeconds(0), namespaces: new Map(), workloads: new Map(), services: new Map() },
  ...{ externalHosts: [], workloadByIp: new Map(), unread: [] },
});
const READ: Omit<ClusterPolicies, "cluster" | "objects"> = { asOf: unixSeconds(1), kind: () => null, unread: [] };
const USER = { role: "user" } as Credential;

interface Given {
  readonly all?: readonly Manifest[];
  readonly policies?: Partial<typeof READ>;
  readonly may?: (question: Question) => boolean;
  readonly clusters?: readonly string[];
  readonly broken?: boolean;
}

const configured = (
  { all = [], policies = {}, may = () => true, clusters = ["west"], broken }: Given,
  as = ANONYMOUS,
) =>
  configuredSampling(
    {
      port: readingPort,
      store: {
        clusters: () =>
          new Map(
            clusters.map((cluster): [string, ClusterPolicies] => [
              cluster,
              { ...READ, ...policies, cluster, objects: (kind) => all.filter((each) => each.kind === kind) },
            ]),
          ),
      },
      rights: {
        visibility: async () => {
          if (broken) throw new Error("signed out");
          return { key: "", all: as !== USER, namespace: () => true, cluster: () => true };
        },
        ask: async (_, questions) => questions.map((each) => ({ allowed: may(each), reason: "" })),
      },
      inventory: () => new Map(clusters.map((each) => [each, inventory(each)])),
      rootNamespace: (cluster) => `root-${cluster}`,
    },
    as,
  );
const told = async (...args: Parameters<typeof configured>) => {
  const { sampling, samplingUnknown } = await configured(...args);
  return [sampling?.map(({ cluster, from, where, percent }) => [cluster, from, where, percent]), samplingUnknown];
};

describe("configured sampling", () => {
  test("is that of each cluster by its own root namespace", async () => {
    const all = [telemetry("root-east", 1), telemetry("root-west", 2), settings("root-east")];
    expect(await told({ all, clusters: ["east", "west"] })).toEqual([
      [
        ["east", "telemetry", "mesh", 1],
        ["east", "telemetry", "namespace", 2],
        ["west", "telemetry", "mesh", 2],
        ["west", "telemetry", "namespace", 1],
      ],
      [],
    ]);
  });

  test("is that of the mesh's settings where no Telemetry sets it, also where the cluster doesn't know the kind", async () => {
    const unread = [{ kind: "Telemetry", reason: "no such kind", code: "not_found" }];
    expect(await told({ all: [settings("root-west")], policies: { unread } })).toEqual([
      [["west", "settings", "mesh", 7]],
      [],
    ]);
  });

  test("takes the right to get the ConfigMap, by its name", async () => {
    const asked: Question[] = [];
    const may = (question: Question) => {
      asked.push(question);
      return question.resource !== "configmaps";
    };
    const all = [settings("root-west")];
    expect(await told({ all, may }, USER)).toEqual([
      [],
      [{ cluster: "west", why: expect.stringContaining("may not see") }],
    ]);
    expect(asked.filter(({ resource }) => resource === "configmaps")).toEqual([
      { cluster: "west", namespace: "root-west", group: "", resource: "configmaps", verb: "get", name: "istio" },
    ]);
    expect(await told({ all }, USER)).toEqual([[["west", "settings", "mesh", 7]], []]);
  });

  test("is unknown where a Telemetry that the viewer may not see could set it", async () => {
    const all = [settings("root-west"), telemetry("root-west", 1)];
    const may = ({ resource }: Question) => resource !== "telemetries";
    expect(await told({ all, may }, USER)).toEqual([
      [],
      [{ cluster: "west", why: expect.stringContaining("may set it") }],
    ]);
  });

  test.each<[string, Given, string]>([
    ["the objects haven't been read yet", { policies: { asOf: null } }, "haven’t all been read"],
    [
      "Telemetries can't be read",
      { policies: { unread: [{ kind: "Telemetry", reason: "refused", code: "forbidden" }] } },
      "refused",
    ],
    [
      "the ConfigMap can't be read",
      { all: [], policies: { unread: [{ kind: "ConfigMap", reason: "refused", code: "forbidden" }] } },
      "refused",
    ],
    ["there is none", { all: [] }, "there is no ConfigMap istio in root-west"],
  ])("is unknown where %s", async (_, given, why) => {
    const all = given.all ?? [settings("root-west")];
    expect(await told({ ...given, all })).toEqual([[], [{ cluster: "west", why: expect.stringContaining(why) }]]);
  });

  test("is null where the viewer can't be asked for", async () => {
    expect(await configured({ broken: true })).toEqual({ sampling: null, samplingUnknown: [] });
  });
});
