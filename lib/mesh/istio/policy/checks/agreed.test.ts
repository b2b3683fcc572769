/** What several control planes find of one object: a fix that is a plan does for all of them, and overwrites nothing that one doesn't read. */
import { describe, expect, test } from "vitest";
import type { Finding } from "#lib/policy/finding.ts";
import { canPlan } from "#lib/policy/fix.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  deployment,
  dr,
  findingsOf,
  istiodOf as istiod,
  namespace,
  o,
  forRevision as rev,
  service,
  settingsOf as set,
  shop,
  vs,
  waypoint,
} from "./cases.test-support.ts";

const BOTH = ["a", "b"].map(istiod);

/** The one finding of a code. */
function foundOf(code: string, objects: readonly Manifest[]): Finding {
  const found = findingsOf([...shop, ...objects]).filter((each) => each.code === code);
  expect(found.map(({ message }) => message)).toHaveLength(1);
  return found[0] as Finding;
}

describe("a new object overwrites nothing that isn't read", () => {
  const TO_V2 = vs("hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v2}}]}]", "shop/web");
  const RULE = dr(
    "host: reviews, trafficPolicy: {connectionPool: {http: {maxRetries: 1}}}, subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]",
    "shop/reviews",
  );
  const STRICT = o("PeerAuthentication", "istio-system/p", "mtls: {mode: STRICT}");
  const DEFAULT = dr("host: elsewhere.example.com", "istio-system/default");
  const SET = ["a", "b"].map((revision) => set(revision, "enableAutoMtls: false"));
  const INSIDE = [
    o("PeerAuthentication", "shop/off", "mtls: {mode: DISABLE}"),
    o("PeerAuthentication", "shop/on", "selector: {matchLabels: {app: multi}}, mtls: {mode: STRICT}"),
  ];
  const OTHER = dr("host: elsewhere.example.com", "shop/multi");
  const ON = namespace(
    "shop",
    "istio-injection: enabled, mesh: 'on', istio.io/use-waypoint: waypoint, istio.io/use-waypoint-namespace: calm",
  );
  const SEEN = [...BOTH.slice(0, 1), set("a", "discoverySelectors: [{matchLabels: {mesh: 'on'}}]")];
  const USING = [ON, namespace("calm"), ...SEEN];

  test.each<[string, string, readonly Manifest[], Manifest]>([
    ["a rule of another revision", "destination-subset-unknown", [...BOTH, TO_V2], rev(RULE, "b")],
    ["of one that doesn't run", "destination-subset-unknown", [...BOTH, TO_V2], rev(RULE, "c")],
    ["for the whole mesh", "mtls-not-told-in-mesh", [...BOTH, ...SET, STRICT], rev(DEFAULT, "c")],
    ["for one workload", "strict-inside-disabled", [...BOTH, ...INSIDE], rev(OTHER, "c")],
    ["a waypoint where discoverySelectors don't look", "waypoint-of-others-unknown", USING, waypoint],
  ])("%s", (_, code, objects, hidden) => {
    const { kind, metadata } = hidden;
    // Nothing hidden, nothing to overwrite.
    expect(foundOf(code, objects).fix.manifests.map((each) => [each.kind, each.metadata.name])).toEqual([
      [kind, metadata.name],
    ]);
    const { fix } = foundOf(code, [...objects, hidden]);
    expect(canPlan(fix)).toBe(false);
    expect(fix.text).toMatch(
      new RegExp(`^${kind} ${metadata.namespace}/${metadata.name} is there, and isn’t read where this was found`),
    );
  });

  test.each<[string, string, readonly Manifest[], Manifest]>([
    ["for the whole mesh", "mtls-not-told-in-mesh", [...BOTH, ...SET, STRICT], rev(DEFAULT, "b")],
    ["for one workload", "strict-inside-disabled", [...BOTH, ...INSIDE], rev(OTHER, "b")],
  ])("nor what one of them sees, and leaves to somebody: %s", (_, code, objects, others) => {
    expect(canPlan(foundOf(code, objects).fix)).toBe(true);
    expect(canPlan(foundOf(code, [...objects, others]).fix)).toBe(false);
  });

  test("what another revision has of another name is in nobody's way", () => {
    const { fix } = foundOf("destination-subset-unknown", [
      ...BOTH,
      rev(TO_V2, "a"),
      rev({ ...RULE, metadata: { namespace: "shop", name: "theirs" } }, "b"),
    ]);
    expect(fix.manifests.map(({ metadata }) => metadata.name)).toEqual(["reviews"]);
  });
});

describe("where control planes mend otherwise", () => {
  test("a subset that one of them routes to isn't taken away", () => {
    const rule = dr(
      "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v9, labels: {version: v9}}]",
      "shop/r",
    );
    const route = vs("hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v9}}]}]", "shop/web");
    const other = rev(o("PeerAuthentication", "shop/p", "mtls: {mode: PERMISSIVE}"), "a");
    const code = "subset-without-pods";
    expect(canPlan(foundOf(code, [...BOTH, rule, other]).fix)).toBe(true);
    const { fix } = foundOf(code, [...BOTH, rule, other, rev(route, "b")]);
    expect(canPlan(fix)).toBe(false);
    expect(fix.text).not.toContain("as no route names it");
    expect(fix).toEqual(foundOf(code, [...BOTH, rule, other, route]).fix);
  });

  const CLASH = [
    dr("host: pay.back.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}"),
    ...[namespace("back", "istio-injection: enabled"), service("back/pay", "pay"), deployment("back/pay", "app: pay")],
    o("PeerAuthentication", "back/p", "mtls: {mode: STRICT}"),
  ];
  test.each([
    ["off in both", false, false, "Say ISTIO_MUTUAL"],
    ["on in a", true, false, "Say ISTIO_MUTUAL"],
    ["on in b", false, true, "Say ISTIO_MUTUAL"],
    ["on in both", true, true, "Leave TLS to Istio"],
  ])("TLS is left to Istio where all find it out by themselves: %s", (_, a, b, text) => {
    const { fix } = foundOf("plaintext-to-strict", [
      ...[...CLASH, ...BOTH, set("a", `enableAutoMtls: ${a}`), set("b", `enableAutoMtls: ${b}`)],
    ]);
    expect(fix.text).toMatch(new RegExp(`^${text}`));
    expect(canPlan(fix)).toBe(a && b);
  });

  test("what is wrong for one alone is no plan on what all read", () => {
    const policy = o(
      "AuthorizationPolicy",
      "shop/d",
      'action: DENY, rules: [{from: [{source: {principals: ["new.example/ns/shop/sa/default"]}}]}]',
    );
    const domain = (revision: string, name: string) => set(revision, `trustDomain: ${name}`);
    const code = "trust-domain-unknown";
    expect(canPlan(foundOf(code, [...BOTH, policy, ...["a", "b"].map((r) => domain(r, "old.example"))]).fix)).toBe(
      true,
    );
    const { fix } = foundOf(code, [...BOTH, policy, domain("a", "old.example"), domain("b", "new.example")]);
    expect(canPlan(fix)).toBe(false);
    expect(fix.text).toMatch(/^Write old\.example .* Others read the object as well/);
  });

  test("two plans are said with whose they are, and neither is one to carry out", () => {
    const route = vs("hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v2}}]}]", "shop/web");
    const V1 = "host: reviews, subsets: [{name: v1, labels: {version: v1}}]";
    const { fix } = foundOf("destination-subset-unknown", [
      ...BOTH,
      route,
      ...["a", "b"].map((r) => rev(dr(V1, `shop/of-${r}`), r)),
    ]);
    expect(canPlan(fix)).toBe(false);
    expect(fix.text).toMatch(/^Of revision a: Add the subset v2 to of-a.* Of revision b: Add the subset v2 to of-b/);
  });

  test("each one's evidence is told", () => {
    const policy = o("AuthorizationPolicy", "shop/c", "action: CUSTOM, provider: {name: opa}, rules: [{}]");
    const { evidence, namespaces } = foundOf("authorizer-unknown", [
      ...[...BOTH, policy, set("a", "enableAutoMtls: true"), set("b", "enableAutoMtls: false")],
    ]);
    expect(evidence.map(({ object }) => object.name).toSorted()).toEqual(["istio-a", "istio-b"]);
    expect(namespaces.toSorted()).toEqual(["istio-system", "shop"]);
  });
});
