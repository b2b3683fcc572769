import { describe, expect, test } from "vitest";
import type { PoliciesAnswer, PolicyItem } from "#lib/api/policies.ts";
import { ANONYMOUS } from "../identity.ts";
import { configuredSampling } from "./configured.ts";

const item = (cluster: string, namespace: string, percent: number): PolicyItem => {
  const name = `${namespace}-${percent}`;
  const object = { cluster, group: "telemetry.istio.io", version: "v1", kind: "Telemetry", namespace, name };
  const spec = { tracing: [{ randomSamplingPercentage: percent }] };
  const manifest = { apiVersion: "telemetry.istio.io/v1", kind: "Telemetry", metadata: { name, namespace }, spec };
  return { object, manifest } as unknown as PolicyItem;
};
const READ: PoliciesAnswer = { items: [], asOf: "2025-11-13T02:03:20Z", unread: [] };
const configured = (answer: Partial<PoliciesAnswer> | Error) =>
  configuredSampling(
    {
      changes: {
        policies: async () => {
          if (answer instanceof Error) throw answer;
          return { ...READ, ...answer };
        },
      },
      rootNamespace: (cluster) => `root-${cluster}`,
    },
    ANONYMOUS,
  );

describe("configured sampling", () => {
  test("is that of each cluster by its own root namespace", async () => {
    const items = [item("east", "root-east", 1), item("west", "root-east", 5), item("west", "root-west", 2)];
    expect((await configured({ items }))?.map(({ cluster, where, percent }) => [cluster, where, percent])).toEqual([
      ["east", "mesh", 1],
      ["west", "mesh", 2],
      ["west", "namespace", 5],
    ]);
  });

  test("is none where no object sets it, also where the cluster doesn't know the kind", async () => {
    const unread = [{ cluster: "c", kind: "Telemetry.telemetry.istio.io", reason: "no such kind", code: "not_found" }];
    expect(await configured({ unread })).toEqual([]);
  });

  test.each<[string, Partial<PoliciesAnswer> | Error]>([
    ["the objects haven't been read yet", { asOf: null }],
    ["some can't be read", { unread: [{ cluster: "c", kind: "Telemetry", reason: "refused", code: "forbidden" }] }],
    ["the viewer can't be asked for", new Error("signed out")],
  ])("is unknown where %s", async (_, answer) => {
    expect(await configured(answer)).toBeNull();
  });
});
