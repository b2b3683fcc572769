import { describe, expect, it } from "vitest";
import type { KubeObject } from "../kube/object.ts";
import { isOn, readBehaviour } from "./behaviour.ts";
import type { SimPod } from "./pod.ts";
import { dataplaneOf, readPod, workloadName } from "./pod.ts";
import { podFrom, runningStatus } from "./pod-template.ts";

const owner = (kind: string, name: string) => ({ apiVersion: "apps/v1", kind, name, uid: "1", controller: true });
const make = (more: Partial<Parameters<typeof podFrom>[0]> = {}): KubeObject =>
  podFrom({
    name: "web-6d4-x",
    namespace: "a",
    owner: owner("ReplicaSet", "web-6d4"),
    template: {
      metadata: { labels: { app: "web", version: "v1" } },
      spec: { serviceAccountName: "web", containers: [{ name: "web", image: "web:1" }] },
    },
    labels: { "pod-template-hash": "6d4" },
    node: "node-1",
    namespaceLabels: { "istio-injection": "enabled" },
    ...more,
  });
const run = (pod: KubeObject, restarts = 0): KubeObject => ({
  ...pod,
  status: runningStatus(pod, "10.0.0.9", new Date(0), restarts),
});
const context = { cluster: "west-1", trustDomain: "cluster.local", byteHistograms: true, intern: (s: string) => s };
const read = (pod: KubeObject, previous?: SimPod): SimPod => {
  const found = readPod(pod, context, previous);
  if (found === null) throw new Error("no pod");
  return found;
};

it.each([
  ["a Deployment's", owner("ReplicaSet", "web-6d4"), "web"],
  ["a bare ReplicaSet's", owner("ReplicaSet", "web"), "web"],
  ["a StatefulSet's", owner("StatefulSet", "db"), "db"],
  ["a Job's", owner("Job", "reindex"), "reindex"],
])("workloadName of %s pod", (_, by, expected) => {
  expect(workloadName(make({ owner: by }))).toBe(expected);
});

describe("injection and enrolment", () => {
  const proxyOnly = { metadata: { labels: { app: "gw" } }, spec: { containers: [{ name: "istio-proxy" }] } };
  const labelled = (labels: Record<string, string>) => ({
    metadata: { labels },
    spec: { containers: [{ name: "app" }] },
  });
  it.each([
    ["an injecting namespace", make(), "sidecar"],
    ["a revision's namespace", make({ namespaceLabels: { "istio.io/rev": "r1" } }), "sidecar"],
    ["opting out", make({ template: labelled({ "sidecar.istio.io/inject": "false" }) }), "none"],
    ["opting in", make({ namespaceLabels: {}, template: labelled({ "sidecar.istio.io/inject": "true" }) }), "sidecar"],
    ["ambient", make({ namespaceLabels: { "istio.io/dataplane-mode": "ambient" } }), "ambient"],
    [
      "opting out of ambient",
      make({
        namespaceLabels: { "istio.io/dataplane-mode": "ambient" },
        template: labelled({ "istio.io/dataplane-mode": "none" }),
      }),
      "none",
    ],
    ["a gateway", make({ template: proxyOnly }), "gateway"],
    [
      "a waypoint",
      make({
        template: {
          metadata: { labels: { "gateway.istio.io/managed": "istio.io-mesh-controller" } },
          spec: proxyOnly.spec,
        },
      }),
      "waypoint",
    ],
    ["ztunnel", make({ template: { metadata: { labels: { app: "ztunnel" } }, spec: proxyOnly.spec } }), "ztunnel"],
    ["neither", make({ namespaceLabels: {} }), "none"],
  ])("%s", (_, pod, expected) => {
    expect(dataplaneOf(pod)).toBe(expected);
  });

  it("says which control plane a proxy is for", () => {
    const gateway = make({ template: proxyOnly });
    expect(gateway).toMatchObject({ metadata: { annotations: { "istio.io/rev": "default" } } });
    expect(JSON.stringify(make().metadata)).toContain(String.raw`\"revision\":\"default\"`);
  });

  it("asks to be scraped when injected, unless told not to", () => {
    expect(read(run(make())).scraped).toBe(true);
    const refuses = {
      metadata: { annotations: { "prometheus.io/scrape": "false" } },
      spec: { containers: [{ name: "app" }] },
    };
    expect(read(run(make({ template: refuses }))).scraped).toBe(false);
    expect(read(run(make({ namespaceLabels: {} }))).scraped).toBe(false);
  });
});

describe("readPod", () => {
  it("knows who it is", () => {
    expect(read(run(make())).identity).toEqual({
      workload: "web",
      namespace: "a",
      app: "web",
      version: "v1",
      canonicalService: "web",
      canonicalRevision: "v1",
      cluster: "west-1",
      principal: "spiffe://cluster.local/ns/a/sa/web",
    });
  });

  it("isn't there before it runs, nor while it goes", () => {
    expect(readPod(make(), context, undefined)).toBeNull();
    const going = run(make());
    expect(
      readPod(
        { ...going, metadata: { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
        context,
        undefined,
      ),
    ).toBeNull();
  });

  it("keeps counting through updates, and starts from zero after a restart", () => {
    const first = read(run(make()));
    expect(read(run(make()), first).metrics).toBe(first.metrics);
    expect(read(run(make(), 1), first).metrics).not.toBe(first.metrics);
  });
});

describe("behaviour", () => {
  it.each([
    ["not JSON", "{", false],
    ["not an object", "[]", false],
    ["a call without a host", '{"calls":[{"protocol":"http","share":1}]}', false],
    ["a flow of an unknown protocol", '{"flows":[{"host":"a","protocol":"udp","rate":1}]}', false],
    ["a rate that isn't one", '{"flows":[{"host":"a","protocol":"http","rate":-1}]}', false],
    ["an unknown trouble", '{"trouble":[{"kind":"fire","share":1}]}', false],
    ["empty", "{}", true],
    ["absent", undefined, true],
  ])("%s", (_, text, readable) => {
    expect(readBehaviour(text) !== null).toBe(readable);
  });

  it.each([
    [undefined, 5, true],
    [{ every: 120, for: 20, offset: 40 }, 45, true],
    [{ every: 120, for: 20, offset: 40 }, 60, false],
    [{ every: 120, for: 20, offset: 40 }, 165, true],
    [{ every: 120, for: 20, offset: 40 }, 39, false],
  ])("%o at %d s: %s", (rhythm, at, expected) => {
    expect(isOn(rhythm, at * 1000)).toBe(expected);
  });
});
