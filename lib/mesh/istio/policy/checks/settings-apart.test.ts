/** Control planes of one cluster that are set differently: what each of them finds, by its own settings. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  findingsOf,
  istiodOf as istiod,
  namespace,
  o,
  forRevision as rev,
  service,
  settingsOf as set,
  shop,
  vs,
  worldOf,
} from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";

/** Two that run, as they are set; null: its ConfigMap isn't there. */
const planes = (a: string | null, b: string | null): readonly Manifest[] => [
  ...["a", "b"].map(istiod),
  ...(a === null ? [] : [set("a", a)]),
  ...(b === null ? [] : [set("b", b)]),
];
const messages = (code: string, ...objects: readonly Manifest[]) =>
  findingsOf([...shop, ...objects]).flatMap((each) => (each.code === code ? [each.message] : []));

const STRICT = o("PeerAuthentication", "istio-system/p", "mtls: {mode: STRICT}");
const MANUAL = "enableAutoMtls: false";
const AUTO = "enableAutoMtls: true";
const PROVIDER =
  "extensionProviders: [{name: opa, envoyExtAuthzGrpc: {service: opa.shop.svc.cluster.local, port: 80}}]";
const custom = o("AuthorizationPolicy", "shop/c", "action: CUSTOM, provider: {name: opa}, rules: [{}]");
const UNKNOWN_PROVIDER = "authorizer-unknown";
const alone = (revision: string) =>
  expect.stringMatching(`This holds for the control plane of revision ${revision} alone\\.$`);
const UNSURE = expect.stringMatching(
  /This holds for the control plane of revision a; how all others are set isn’t known\.$/,
);
const plain = expect.not.stringContaining("This holds");

describe("a finding by the mesh's settings", () => {
  test.each<[string, string | null, string | null, readonly unknown[]]>([
    ["holds for all that are set alike", MANUAL, MANUAL, [plain]],
    ["for one alone", MANUAL, AUTO, [alone("a")]],
    ["for the other alone", AUTO, MANUAL, [alone("b")]],
    ["for none", AUTO, "", []],
    ["for one, where it isn't known how the other is set", MANUAL, null, [UNSURE]],
    ["of which it isn't known how any is set", null, null, []],
    ["which differ in what no check asks", `${MANUAL}\\npathNormalization: {normalization: NONE}`, MANUAL, [plain]],
  ])("%s", (_, a, b, wanted) => {
    expect(messages("mtls-not-told-in-mesh", STRICT, ...planes(a, b))).toEqual(wanted);
  });

  test("one that isn't by settings is told of all, once", () => {
    const nowhere = vs("hosts: [nowhere], http: [{route: [{destination: {host: nowhere}}]}]");
    const found = findingsOf([...shop, nowhere, ...planes(MANUAL, AUTO)]).filter(({ object }) => object.name === "a");
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ message }) => message)).toEqual(found.map(() => plain));
    expect(new Set(found.map(({ code, path }) => `${code} ${path}`)).size).toBe(found.length);
  });

  test("by the settings of those that read the object alone", () => {
    expect(messages(UNKNOWN_PROVIDER, custom, ...planes(PROVIDER, ""))).toEqual([alone("b")]);
    expect(messages(UNKNOWN_PROVIDER, rev(custom, "b"), ...planes(PROVIDER, ""))).toEqual([plain]);
    expect(messages(UNKNOWN_PROVIDER, rev(custom, "a"), ...planes(PROVIDER, ""))).toEqual([]);
    expect(messages("revision-not-running", rev(custom, "c"), ...planes(PROVIDER, ""))).toEqual([plain]);
  });
});

describe("what one of them doesn't see", () => {
  const SOME = "discoverySelectors: [{matchLabels: {mesh: 'on'}}]";
  const hidden = [namespace("back"), service("back/old", "old")];
  const route = vs("hosts: [nowhere], http: [{route: [{destination: {host: nowhere}}]}]", "back/r");

  test("isn't read by it alone, and what is wrong with it the other finds", () => {
    const found = findingsOf([...shop, ...hidden, route, ...planes(SOME, "")]).filter(
      ({ object }) => object.namespace === "back" && object.kind === "VirtualService",
    );
    const told = Object.fromEntries(found.map(({ code, message }) => [code, message]));
    expect(told["not-read-by-istiod"]).toEqual(alone("a"));
    const others = found.filter(({ code }) => code !== "not-read-by-istiod").map(({ message }) => message);
    expect(others.length).toBeGreaterThan(0);
    expect(others).toEqual(others.map(() => plain));
  });

  test("stands in no conflict there", () => {
    const claims = ["back/r", "shop/r"].map((place) =>
      vs(
        "hosts: [old.back.svc.cluster.local], http: [{route: [{destination: {host: old.back.svc.cluster.local}}]}]",
        place,
      ),
    );
    expect(messages("mesh-host-claimed-twice", ...hidden, ...claims, ...planes("", ""))).not.toEqual([]);
    for (const message of messages("mesh-host-claimed-twice", ...hidden, ...claims, ...planes(SOME, "")))
      expect(message).toEqual(expect.not.stringContaining("revision a"));
  });
});

test("after a change the findings are those of a fresh look", () => {
  const engine = new ChecksEngine();
  const steps = [
    planes(MANUAL, MANUAL),
    planes(MANUAL, AUTO),
    [...planes(MANUAL, AUTO), custom],
    [...planes(MANUAL, `${AUTO}\\n${PROVIDER}`), custom],
    [...planes("defaultVirtualServiceExportTo: ['.']", "discoverySelectors: [{matchLabels: {mesh: 'on'}}]"), custom],
    [...planes("defaultVirtualServiceExportTo: ['.']", "discoverySelectors: []"), custom],
    planes(null, AUTO),
    planes(MANUAL, MANUAL),
  ];
  for (const objects of steps) {
    const world = worldOf([
      ...shop,
      STRICT,
      vs("hosts: [reviews], http: [{route: [{destination: {host: gone}}]}]"),
      ...objects,
    ]);
    expect(engine.check(world)).toEqual(new ChecksEngine().check(world));
  }
});
