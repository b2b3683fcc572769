/** Identities that policies name: where somebody of outside may have one, and how much one policy may cost. */
import { describe, expect, test } from "vitest";
import { canPlan } from "#lib/policy/fix.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { findingsOf, o, shop } from "./cases.test-support.ts";

const MESH = o("ConfigMap", "istio-system/istio", "", 'data: {mesh: "trustDomain: mesh.example"}');
const INGRESS = "selector: {matchLabels: {istio: ingressgateway}}, ";
const policy = (place: string, more: string, who: string): Manifest =>
  o("AuthorizationPolicy", place, `${more}action: DENY, rules: [{from: [{source: {principals: ["${who}"]}}]}, {}]`);
const toldOf = (it: Manifest) =>
  findingsOf([...shop, MESH, it]).filter(({ code }) => /^(?:principal|trust)-/.test(code));

describe("at gateways clients come with certificates of other CAs", () => {
  test.each([
    ["partner.example/billing", "principal-malformed"],
    ["partner.example/ns/shop/sa/default", "trust-domain-unknown"],
    ["*/ns/shop/sa/nobody", "principal-unknown"],
    ["mesh.example/ns/shop/sa/nobody", "principal-unknown"],
    ["*billing", "principal-unknown"],
  ])("%s", (who, code) => {
    const target = "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}], ";
    for (const [place, more] of [
      ...[["edge/p", INGRESS] as const, ["edge/p", ""] as const, ["istio-system/p", ""] as const],
      ...[["edge/p", target] as const, ["istio-system/p", INGRESS] as const],
    ]) {
      const found = toldOf(policy(place, more, who));
      expect(found.map((each) => each.code)).toEqual([code]);
      expect(found[0]?.message).toContain("a client whose certificate another CA made may have it");
      expect(found[0]?.message).not.toMatch(/nobody has|matches nobody/);
      expect(found[0] && canPlan(found[0].fix)).toBe(false);
    }
    const [inside] = toldOf(policy("shop/p", "selector: {matchLabels: {app: reviews}}, ", who));
    expect(inside?.code).toBe(code);
    expect(inside?.message).toMatch(/nobody has|matches nobody/);
  });
});

test("where it isn't known what runs, it may be a gateway", () => {
  const it = policy("later/p", "", "partner.example/billing");
  expect(findingsOf([it], false).map(({ message }) => message)).toEqual([
    expect.stringContaining("no workload of the mesh; at a gateway"),
  ]);
});

describe("a policy of 100,000 identities", () => {
  /** Processor time, which a busy machine doesn't stretch. */
  const took = (objects: readonly Manifest[]) => {
    const before = process.cpuUsage();
    const found = findingsOf(objects);
    const { user, system } = process.cpuUsage(before);
    return { found, ms: (user + system) / 1000 };
  };
  const accounts = Array.from({ length: 500 }, (_, at) => o("ServiceAccount", `shop/a${at}`));
  const all = (write: (at: number) => string) => Array.from({ length: 100_000 }, (_, at) => write(at));

  test.each([
    ["patterns", "principal-unknown", { principals: all((at) => `*x${at}`) }],
    ["accounts", "principal-unknown", { principals: all((at) => `cluster.local/ns/shop/sa/x${at}`) }],
    ["namespaces", "source-namespace-unknown", { namespaces: all((at) => `x${at}`) }],
    ["none that is one", "principal-malformed", { principals: all((at) => `x${at}`) }],
  ])("%s takes little time, and tells of the first fifty", (_, code, source) => {
    const many: Manifest = { ...o("AuthorizationPolicy", "shop/p"), spec: { rules: [{ from: [{ source }] }] } };
    const { found, ms } = took([...shop, ...accounts, many]);
    expect(found.filter((each) => each.code === code)).toHaveLength(50);
    expect(ms).toBeLessThan(4000);
  });
});

test("findings of all namespaces share the list of them", () => {
  const found = toldOf(
    o("AuthorizationPolicy", "shop/p", 'rules: [{from: [{source: {principals: ["*one", "*two"]}}]}]'),
  );
  expect(found.map(({ namespaces }) => namespaces.toSorted())).toEqual([
    ["edge", "shop"],
    ["edge", "shop"],
  ]);
  expect(found[0]?.namespaces).toBe(found[1]?.namespaces);
});
