import { expect, it } from "vitest";
import { unixSeconds } from "#lib/units.ts";
import { join, owned, pod, T0 } from "./records.test-support.ts";

const later = (by: number) => unixSeconds(T0 + by);

it("ReplicaSets tell of rollouts and containers of restarts, oldest first", () => {
  const restarts = [{ container: "app", at: later(30), reason: "OOMKilled", exitCode: 137, count: 3 }];
  const { events } = join({
    owned: [
      owned("ReplicaSet", "web-2", { kind: "Deployment", name: "web" }, later(60)),
      owned("ReplicaSet", "web-1", { kind: "Deployment", name: "web" }),
      owned("ReplicaSet", "lonely", null),
      owned("ReplicaSet", "undated", { kind: "Deployment", name: "web" }, null),
      owned("Job", "cron-1", { kind: "CronJob", name: "cron" }),
    ],
    pods: [pod("web-1-a", { owner: { kind: "ReplicaSet", name: "web-1" }, restarts })],
  });
  const workload = { kind: "Deployment", name: "web" };
  expect(events).toEqual([
    { kind: "deployment", namespace: "shop", workload, at: T0, text: "ReplicaSet web-1" },
    {
      ...{ kind: "restart", namespace: "shop", workload, at: later(30) },
      text: "web-1-a, container app: OOMKilled (exit 137), restart 3",
    },
    { kind: "deployment", namespace: "shop", workload, at: later(60), text: "ReplicaSet web-2" },
  ]);
});
