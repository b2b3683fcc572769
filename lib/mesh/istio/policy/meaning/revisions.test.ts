import { expect, test } from "vitest";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { MeshFacts } from "../settings/facts.ts";
import { policy } from "../world.test-support.ts";
import { asRead, readerOf, unreadIn } from "./revisions.ts";

const pod = (revision?: string, more: Partial<PodRef> = {}): PodRef => ({
  ...{ name: "p", ip: null, ready: true, phase: "Running", reports: true, ...(revision && { revision }), ...more },
});
const proxy = (...pods: readonly PodRef[]): Pick<Workload, "namespace" | "labels" | "pods"> => ({
  ...{ namespace: "shop", labels: {}, pods },
});
const of = (label: string | null, kind = "VirtualService", group?: string): Manifest => {
  const made = policy(kind, "shop/a", {}, group);
  return label === null ? made : { ...made, metadata: { ...made.metadata, labels: { "istio.io/rev": label } } };
};
const planes = (...all: readonly [string, boolean | null][]): Pick<MeshFacts, "revisions"> => ({
  revisions: all.map(([name, everything]) => ({ name, everything })),
});
const BOTH = planes(["default", false], ["1-30", false]);

test.each<[string, readonly PodRef[], string | null, Pick<MeshFacts, "revisions"> | undefined, boolean | null]>([
  ["what has no label", [pod()], null, undefined, true],
  ["its own revision", [pod("1-30")], "1-30", undefined, true],
  ["another, or a tag", [pod("1-30")], "stable", undefined, false],
  ["an empty label, which is no revision", [pod("1-30")], "", undefined, false],
  ["its own, where it runs", [pod("1-30")], "1-30", BOTH, true],
  ["its own, where it doesn't", [pod("1-29")], "1-29", BOTH, null],
  ["another, where its own doesn't run", [pod("1-29")], "1-30", BOTH, null],
  ["the default one's own", [pod("default")], "default", undefined, true],
  ["another than the default one's, where nobody knows whether that has a revision", [pod("default")], "x", {}, null],
  ["the same, where it has", [pod("default")], "1-30", BOTH, false],
  ["the same, where it has none and reads all", [pod("default")], "x", planes(["default", true]), true],
  ["the same, where its variables can't be read", [pod("default")], "x", planes(["other", null]), null],
  ["what pods that say nothing read", [pod()], "x", BOTH, null],
  ["what no pod reads", [], "x", BOTH, null],
  ["what pods of two revisions read alike", [pod("default"), pod("1-30")], "x", BOTH, false],
  ["what they don't", [pod("default"), pod("1-30")], "1-30", BOTH, null],
  ["what those with a proxy read", [pod("1-30"), pod(undefined, { unmeshed: true })], "1-30", BOTH, true],
])("%s", (_, pods, label, mesh, reads) => expect(readerOf([proxy(...pods)], mesh).reads(of(label))).toBe(reads));

const API = "gateway.networking.k8s.io";
test("Gateways of the Gateway API go by tags, and by all from Istio 1.31 on; a proxy's own is its", () => {
  const read = (label: string | null, labels: Workload["labels"] = {}) =>
    readerOf([{ ...proxy(pod("1-30")), labels }], BOTH).reads(of(label, "Gateway", API));
  expect([null, "1-30", "stable", "default"].map((label) => read(label))).toEqual([true, true, null, null]);
  expect(read("stable", { [`${API}/gateway-name`]: "a" })).toBe(true);
  expect(read("stable", { [`${API}/gateway-name`]: "b" })).toBeNull();
});

test("on other objects than those the label says something else", () => {
  const { reads } = readerOf([proxy(pod("1-30"))], BOTH);
  const shop: Manifest = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "shop", labels: { "istio.io/rev": "x" } },
  };
  expect(reads(shop)).toBe(true);
  expect(
    ["VirtualService", "AuthorizationPolicy", "Telemetry", "HTTPRoute"].map((kind) => reads(of("x", kind))),
  ).toEqual([...[false, false, false, false]]);
});

test("of several workloads one without a pod leaves it open", () => {
  expect(readerOf([proxy(pod("1-30")), proxy(pod("1-30"))], BOTH).reads(of("x"))).toBe(false);
  expect(readerOf([proxy(pod("1-30")), proxy()], BOTH).reads(of("x"))).toBeNull();
  expect(readerOf([proxy(pod("1-30")), proxy()], BOTH).reads(of(null))).toBe(true);
});

test("a world is read anew for each proxy, without what its control plane doesn't read", () => {
  const [plain, old, now] = [of(null), of("default"), of("1-30")];
  const whole = { objects: (_kind: string) => [plain, old, now], mesh: BOTH };
  const first = asRead(whole, [proxy(pod("1-30"))]);
  expect(first.objects("VirtualService")).toEqual([plain, now]);
  const second = asRead(first, [proxy(pod("default"))]);
  expect(second.objects("VirtualService")).toEqual([plain, old]);
  expect(unreadIn(second, second.objects("VirtualService"))).toEqual([]);
  const both = asRead(second, [proxy(pod("default"), pod("1-30"))]);
  expect(both.objects("VirtualService")).toEqual([plain, old, now]);
  expect(unreadIn(both, [plain])).toEqual([]);
  expect(unreadIn(both, [old])).toEqual([
    "which of its pods it is: they are served by the control planes of revisions 1-30, default, and objects that count say istio.io/rev",
  ]);
  expect(unreadIn(asRead(whole, [proxy(pod())]), [old])).toEqual([expect.stringContaining("don’t say their revision")]);
  expect(unreadIn(asRead(whole, [proxy(pod("1-29"))]), [old])).toEqual([
    expect.stringContaining("no control plane of its revision 1-29 runs"),
  ]);
  // Nobody reads it.
  expect(unreadIn(whole, [old])).toHaveLength(1);
});

test("gateways of one revision share what is kept of a list, unless it holds their own Gateway", () => {
  const gateway = (name: string) => ({ ...proxy(pod("1-30")), labels: { [`${API}/gateway-name`]: name } });
  const read = (list: readonly Manifest[], name: string) =>
    asRead({ objects: (_kind: string) => list, mesh: BOTH }, [gateway(name)]).objects("any");
  const rules = [of(null), of("default"), of("1-30")];
  expect(read(rules, "a")).toEqual([rules[0], rules[2]]);
  expect(read(rules, "b")).toBe(read(rules, "a"));
  const gateways = [of("stable", "Gateway", API)];
  expect(read(gateways, "b")).not.toBe(read(gateways, "a"));
});
