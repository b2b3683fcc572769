/** What control planes that are set differently decide of a request: by which of them serves each proxy. */
import { describe, expect, test } from "vitest";
import type { ClusterInventory, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ANONYMOUS } from "../identity.ts";
import { ASKED, ana, ask, from, inventory, NARROW, peer, policy, to, V1, vs } from "./simulation.test-support.ts";

const { autoMtls: _, ...UNSAID } = ASKED;
const mesh = (text: string, revision?: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap" },
  metadata: { name: revision === undefined ? "istio" : `istio-${revision}`, namespace: "istio-system" },
  data: { mesh: text },
});
const istiod = (revision: string): Workload => ({
  ...{ cluster: "west", namespace: "istio-system", name: `istiod-${revision}`, kind: "Deployment", app: "istiod" },
  ...{ version: null, mesh: "istio", dataplane: "none", serviceAccounts: [], annotations: {}, pods: [], services: [] },
  ...{ goneAt: null, createdAt: null, labels: { app: "istiod" }, env: { REVISION: revision } },
});
const pod = (revision: string | null, name = "p"): Workload["pods"][number] => ({
  ...{ name, ip: null, ready: true, phase: "Running", reports: true },
  ...(revision === null ? {} : { revision }),
});

/** Pods of `web` say these revisions, all others `default`. */
function running(web: readonly (string | null)[], planes = ["default", "canary"]): ClusterInventory {
  const workloads = [...inventory.workloads].map(([key, workload]): [string, Workload] => {
    const pods = key === "shop/web" ? web.map((revision, at) => pod(revision, `p${at}`)) : [pod("default")];
    return [key, { ...workload, pods }];
  });
  const istiods = planes.map((name): [string, Workload] => [`istio-system/istiod-${name}`, istiod(name)]);
  return { ...inventory, workloads: new Map([...workloads, ...istiods]) };
}
const asked = (objects: readonly Manifest[], web: readonly (string | null)[], more: object = {}, planes?: string[]) =>
  ask(objects, more, ANONYMOUS, UNSAID, () => true, running(web, planes));

describe("automatic mutual TLS", () => {
  const objects = [peer("STRICT"), mesh("enableAutoMtls: false"), mesh("enableAutoMtls: true", "canary")];

  test("is as the client's own control plane is set", async () => {
    expect((await asked(objects, ["canary"])).verdict).toBe("yes");
    expect((await asked(objects, ["default"])).verdict).toBe("no");
  });

  test.each<[string, readonly (string | null)[], readonly Manifest[], RegExp]>([
    ["pods of two revisions", ["canary", "default"], objects, /its pods it is.*canary, default, which are set diff/],
    ["pods that say none", [null], objects, /whose pods don’t say their revision.*canary, default/],
    ["a revision that doesn't run", ["gone"], objects, /control plane of revision gone: none runs in the cluster/],
    [
      "a ConfigMap that isn't there",
      ["canary"],
      objects.slice(0, 2),
      /revision canary: there is no ConfigMap istio-canary/,
    ],
    [
      "one that can't be read",
      ["canary"],
      [...objects.slice(0, 2), mesh("- a", "canary")],
      /istio-canary of istio-system can’t/,
    ],
  ])("is unknown with %s, and says why", async (_name, web, given, why) => {
    const answer = await asked(given, web);
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join("\n")).toMatch(why);
  });

  test("is known of one control plane where the other's can't be read", async () => {
    expect((await asked(objects.slice(0, 2), ["default"])).verdict).toBe("no");
  });

  test("is told to nobody who may not get that ConfigMap", async () => {
    const may = ({ resource }: { readonly resource: string }) => resource !== "configmaps";
    const answer = await ask(objects, {}, ana, UNSAID, may, running(["canary"]));
    expect(answer.lacks.join("\n")).toContain("an object you may not see");
  });

  test("is what it is where all are set alike, whoever serves", async () => {
    const alike = [peer("STRICT"), mesh("{}"), mesh("enableAutoMtls: true", "canary")];
    for (const web of [["canary"], ["default"], ["canary", "default"], [null]]) {
      expect((await asked(alike, web)).verdict).toBe("yes");
    }
  });
});

test("what becomes of calls to Services out of scope is the client's control plane's to say", async () => {
  const objects = [NARROW, mesh("{}"), mesh("outboundTrafficPolicy: {mode: REGISTRY_ONLY}", "canary")];
  expect((await asked(objects, ["canary"])).verdict).toBe("no");
  expect((await asked(objects, ["default"])).verdict).toBe("yes");
  expect((await asked(objects, ["canary", "default"])).lacks.join()).toMatch(
    /outboundTrafficPolicy: .*canary, default/,
  );
});

test("rules read paths as the server's control plane is set, whatever the client's", async () => {
  const deny = policy({ action: "DENY", rules: [{ to: [{ operation: { paths: ["/a"] } }] }] });
  const merged = "pathNormalization: {normalization: MERGE_SLASHES}";
  const of = async (own: string, clients: string) =>
    (await asked([deny, mesh(own), mesh(clients, "canary")], ["canary"], { path: "//a" })).verdict;
  expect(await of(merged, "{}")).toBe("no");
  expect(await of("{}", merged)).toBe("yes");
});

test("an identity is of the client's trust domain, rules are read by the server's", async () => {
  const domains = [mesh("trustDomain: corp\ntrustDomainAliases: [new]"), mesh("trustDomain: new", "canary")];
  const deny = (principal: string) => from({ principals: [principal] }, "DENY");
  expect((await asked([deny("new/ns/shop/sa/web"), ...domains], ["canary"])).verdict).toBe("no");
  const foreign = [mesh("trustDomain: corp"), mesh("trustDomain: new", "canary")];
  const answer = await asked([deny("new/ns/shop/sa/web"), ...foreign], ["canary"]);
  expect(answer.lacks.join()).toContain("trust domain new");
});

test("an object without exportTo is seen as the client's control plane is set", async () => {
  const rule = vs([to("v1", { fault: undefined })], "bank");
  const objects = [V1, rule, mesh("{}"), mesh("defaultVirtualServiceExportTo: ['.']", "canary")];
  const routed = async (web: readonly string[]) => (await asked(objects, web)).steps[0]?.text;
  expect(await routed(["canary"])).not.toBe(await routed(["default"]));
  const both = await asked(objects, ["canary", "default"]);
  expect(both.lacks.join()).toMatch(/canary, default, which are set differently/);
});

test("a Service that one control plane doesn't discover isn't known to its clients alone", async () => {
  const selectors = "discoverySelectors: [{matchLabels: {seen: 'yes'}}]\noutboundTrafficPolicy: {mode: REGISTRY_ONLY}";
  const objects = [mesh("outboundTrafficPolicy: {mode: REGISTRY_ONLY}"), mesh(selectors, "canary")];
  const shown = (web: readonly string[]) => {
    const at = running(web);
    const namespaces = new Map([["shop", { labels: {} }]]) as unknown as ClusterInventory["namespaces"];
    return ask(objects, {}, ANONYMOUS, UNSAID, () => true, { ...at, namespaces });
  };
  expect((await shown(["default"])).verdict).toBe("yes");
  expect((await shown(["canary"])).verdict).toBe("no");
  expect((await shown(["canary", "default"])).verdict).toBe("unknown");
});
