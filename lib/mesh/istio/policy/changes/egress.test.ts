import { describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import type { EgressIntent, Intent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
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

describe("a Sidecar that is made takes the place of a wider one, of which nothing is taken over", () => {
  const wish = (scope: EgressIntent["scope"]): Intent => ({ kind: "egress", cluster: "west", hosts: ["./*"], scope });
  const OWN = wish({ level: "workload", namespace: "shop", labels: { app: "web" } });
  const ALL = wish({ level: "namespace", namespace: "shop" });
  const closed = { outboundTrafficPolicy: { mode: "REGISTRY_ONLY" }, egress: [{ hosts: ["*/*"] }] };
  const IN_SHOP = made("Sidecar", "all", { ...closed, ingress: [{ port: { number: 80 } }] });
  const OF_MESH = made("Sidecar", "mesh", closed, { namespace: "istio-system" });
  const lost = (from: string, what: string) =>
    `${from} doesn’t count there any more, and nothing of it is taken over: ${what}`;

  test.each<[string, Intent, readonly Manifest[], string | null]>([
    ["the namespace's", OWN, [IN_SHOP, OF_MESH], lost("Sidecar shop/all", "ingress, outboundTrafficPolicy")],
    ["the mesh's", OWN, [OF_MESH], lost("Sidecar istio-system/mesh", "outboundTrafficPolicy")],
    ["the mesh's by the namespace's", ALL, [OF_MESH], lost("Sidecar istio-system/mesh", "outboundTrafficPolicy")],
    ["one that says hosts alone", OWN, [made("Sidecar", "all", { egress: [{ hosts: ["*/*"] }] })], null],
    ["none", OWN, [], null],
    ["its own, which stays", ALL, [IN_SHOP, OF_MESH], null],
  ])("%s", (_, intent, there, note) => {
    const notes = carry(intent, ...there).notes.join("; ");
    if (note === null) expect(notes).not.toContain("any more");
    else expect(notes).toContain(note);
  });
});
