/** What the Gateway of a waypoint says isn't told where it is out of sight, or isn't read. */
import { expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { beforePod } from "./pod-waypoint.ts";
import { HIDDEN } from "./sight.ts";
import { workload, worldOf } from "./simulate.test-support.ts";
import { meetingWaypoint } from "./waypoint-met.ts";

const door = (kind: string, more: Readonly<Record<string, string>> = {}): Manifest => ({
  ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", spec: {} },
  metadata: { namespace: "infra", name: "door", labels: { "istio.io/waypoint-for": kind, ...more } },
});
const POD = workload("api", {
  labels: { "istio.io/use-waypoint": "door", "istio.io/use-waypoint-namespace": "infra" },
});
const BEFORE = "what waypoint infra/door does with calls to pods’ own addresses: that isn’t worked out yet";
const RUNS = "whether waypoint infra/door runs";
const FOR = "what becomes of calls to a Service whose waypoint says istio.io/waypoint-for: workload";
const UNSAID =
  "which control plane serves the proxy: objects that count say istio.io/rev, and its pods don’t say their revision";

test.each<[string, readonly Manifest[], boolean, readonly string[], readonly string[]]>([
  ["for workloads", [door("workload")], true, [BEFORE], [FOR]],
  ["for Services", [door("service")], true, [], []],
  ["none", [], true, [], []],
  ["for workloads, out of sight", [door("workload")], false, [HIDDEN], [HIDDEN]],
  ["for Services, out of sight", [door("service")], false, [HIDDEN], [HIDDEN]],
  ["none, out of sight", [], false, [HIDDEN], [HIDDEN]],
  ["for Services, read by nobody knows whom", [door("service", { "istio.io/rev": "x" })], true, [UNSAID], []],
])("a waypoint %s", (_, objects, seen, pod, service) => {
  const world = worldOf({ objects, sees: ({ metadata }) => seen || metadata.namespace !== "infra" });
  expect(beforePod(POD, world)).toEqual(pod);
  expect(meetingWaypoint({ namespace: "infra", name: "door" }, world).lacks).toEqual([...service, RUNS]);
});
