import { expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import type { Intent } from "#lib/policy/intent.ts";
import { carry } from "../changes.test-support.ts";
import { made } from "../routing/worlds.test-support.ts";

function why(intent: Intent): string {
  try {
    carry(intent);
  } catch (thrown) {
    return problemOf(thrown).detail;
  }
  return "nothing was wrong";
}

test("egress: created as default, edited in place with all else kept, by labels for a workload", () => {
  const wish: Intent = {
    ...{ kind: "egress", cluster: "west", hosts: ["./*", "bank/*"] },
    scope: { level: "namespace", namespace: "shop" },
  };
  const done = carry(wish);
  expect(done.manifests).toEqual([
    {
      ...made("Sidecar", "default", { egress: [{ hosts: ["./*", "bank/*"] }] }),
      apiVersion: "networking.istio.io/v1",
    },
  ]);
  expect(carry(wish, ...done.manifests).manifests).toEqual([]);
  const listener = { port: { number: 9080 }, hosts: ["x/*"] };
  const there = made("Sidecar", "mine", {
    ...{ outboundTrafficPolicy: { mode: "REGISTRY_ONLY" }, ingress: [{ port: { number: 80 } }] },
    egress: [listener, { captureMode: "NONE", hosts: ["*/*"] }],
  });
  const edited = carry(wish, there);
  expect(edited.manifests).toEqual([
    { ...there, spec: { ...there.spec, egress: [listener, { captureMode: "NONE", hosts: ["./*", "bank/*"] }] } },
  ]);
  expect(edited.notes.join()).toContain("listeners for single ports");
  const own: Intent = { ...wish, scope: { level: "workload", namespace: "shop", labels: { app: "Web_1" } } };
  expect(carry(own, there).manifests).toMatchObject([
    { metadata: { name: "web-1" }, spec: { workloadSelector: { labels: { app: "Web_1" } } } },
  ]);
  expect(carry(wish, ...carry(own).manifests).notes.join()).toContain("go by that one alone");
  expect(why({ ...wish, scope: { level: "namespace", namespace: "istio-system" } })).toContain("scope.namespace");
  expect(why({ ...wish, hosts: [] })).toContain("hosts");
  expect(why({ ...wish, scope: { level: "workload", namespace: "shop", labels: {} } })).toContain("scope.labels");
});
