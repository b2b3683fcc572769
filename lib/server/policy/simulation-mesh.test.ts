/** What the mesh's own settings decide of a request, and who is told. */
import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ANONYMOUS } from "../identity.ts";
import {
  ASKED,
  ana,
  ask,
  BYTES,
  CIPHER,
  client,
  from,
  NARROW,
  object,
  peer,
  policy,
  tls,
  to,
  V1,
  vs,
} from "./simulation.test-support.ts";

const mesh = (text: string): Manifest => ({
  ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } },
  data: { mesh: text },
});
const { autoMtls: _, ...UNSAID } = ASKED;
const asked = (objects: readonly Manifest[], more: object = {}) => ask(objects, more, ANONYMOUS, UNSAID);
const STRICT = peer("STRICT");
const ENTRY = object("ServiceEntry", "shop", { hosts: ["*.local"], ports: [] }, "networking");
const paths = (path: string) => policy({ action: "DENY", rules: [{ to: [{ operation: { paths: [path] } }] }] });

describe("automatic mutual TLS", () => {
  test.each([
    [
      "off",
      "enableAutoMtls: false",
      "no",
      "the connection is refused. Automatic mutual TLS is off by the mesh’s settings.",
    ],
    ["on", "enableAutoMtls: true", "yes", "they connect. Automatic mutual TLS is on by the mesh’s settings."],
    ["on where it isn't said", "{}", "yes", "is on by the mesh’s settings"],
  ])("is %s as the mesh is set", async (_name, text, verdict, said) => {
    const answer = await asked([STRICT, mesh(text)]);
    expect(answer.verdict).toBe(verdict);
    expect(answer.steps.map((step) => step.text).join(" ")).toContain(said);
  });

  test("may be asked for otherwise", async () => {
    const answer = await asked([STRICT, mesh("enableAutoMtls: true")], { autoMtls: false });
    expect(answer.verdict).toBe("no");
    expect(answer.steps.map(({ text }) => text).join(" ")).toContain("is off as you ask");
  });

  test("is unknown where the settings can't be read, and why", async () => {
    expect(await asked([STRICT, mesh("- a")])).toMatchObject({
      verdict: "unknown",
      lacks: ["enableAutoMtls of the mesh: ConfigMap istio of istio-system can’t be read as MeshConfig"],
    });
  });

  test("is unknown to who may not get the ConfigMap", async () => {
    const rights = { allowed: ({ resource }: { readonly resource: string }) => resource !== "configmaps" };
    expect(await ask([STRICT, mesh("{}")], {}, ana, UNSAID, rights.allowed)).toMatchObject({
      verdict: "unknown",
      lacks: ["enableAutoMtls of the mesh: the mesh’s settings are in an object you may not see"],
    });
    expect((await ask([STRICT, mesh("{}")], {}, ana, UNSAID)).verdict).toBe("yes");
  });
});

describe("other settings", () => {
  test.each([
    ["the mesh's own domain", "trustDomain: corp", { principals: ["corp/ns/shop/sa/web"] }, "no"],
    ["an alias", "trustDomain: corp\ntrustDomainAliases: [old]", { principals: ["old/ns/shop/sa/web"] }, "no"],
    ["another's domain", "trustDomain: corp", { principals: ["old/ns/shop/sa/web"] }, "yes"],
    ["cluster.local, which stands for it", "trustDomain: corp", { principals: ["cluster.local/ns/shop/sa/web"] }, "no"],
    ["its domain alone", "trustDomain: corp", { trustDomains: ["corp"] }, "no"],
    ["another domain alone", "trustDomain: corp", { trustDomains: ["cluster.local"] }, "yes"],
  ])("identities are of the trust domain: a rule about %s", async (_name, text, source, verdict) => {
    expect((await asked([from(source, "DENY"), mesh(text)])).verdict).toBe(verdict);
  });

  test.each([
    ["BASE, where nothing is set", "{}", "//a", "yes"],
    ["merged slashes", "pathNormalization: {normalization: MERGE_SLASHES}", "//a", "no"],
    ["nothing changed", "pathNormalization: {normalization: NONE}", "/b/../a", "yes"],
    ["BASE by its number's name", "pathNormalization: {normalization: DEFAULT}", "/b/../a", "no"],
  ])("paths are read with %s", async (_name, text, path, verdict) => {
    expect((await asked([paths("/a"), mesh(text)], { path })).verdict).toBe(verdict);
  });

  test.each([
    ["one that the mesh doesn't have", "extensionProviders: []", {}, "no", /the mesh has no external authorizer opa/],
    ["one that is none", "extensionProviders: [{name: opa, zipkin: {service: z}}]", {}, "no", /no external authorizer/],
    [
      "one that it has",
      "extensionProviders: [{name: opa, envoyExtAuthzGrpc: {service: o}}]",
      {},
      "unknown",
      /^Whether it is let in/,
    ],
    [
      "one over HTTP about bytes",
      "extensionProviders: [{name: opa, envoyExtAuthzHttp: {service: o}}]",
      BYTES,
      "yes",
      /^No policy refuses/,
    ],
    [
      "one over gRPC about bytes",
      "extensionProviders: [{name: opa, envoy_ext_authz_grpc: {service: o}}]",
      BYTES,
      "unknown",
      /^Whether/,
    ],
  ])("an external authorizer: %s", async (_name, text, more, verdict, said) => {
    const custom = policy({ action: "CUSTOM", provider: { name: "opa" }, rules: [{}] });
    const answer = await asked([custom, mesh(text)], more);
    expect(answer.verdict).toBe(verdict);
    expect(answer.steps.at(-1)?.text).toMatch(said);
  });

  test.each([
    [
      "REGISTRY_ONLY",
      "outboundTrafficPolicy: {mode: REGISTRY_ONLY}",
      [NARROW],
      {},
      "no",
      /leaves the Service out.* 502/,
    ],
    ["ALLOW_ANY", "{}", [NARROW], {}, "yes", /goes past the mesh’s rules, in plaintext/],
    ["ALLOW_ANY, which STRICT refuses", "{}", [NARROW, STRICT], {}, "no", /goes past/],
    ["ALLOW_ANY, by bytes", "{}", [NARROW], BYTES, "yes", /goes past/],
    ["REGISTRY_ONLY, by bytes", "outboundTrafficPolicy: {}", [NARROW], BYTES, "no", /502, or the connection is closed/],
    [
      "of a connection that no rule takes",
      "{}",
      [tls([{ sniHosts: ["x.com"] }]), V1],
      { ...CIPHER, sni: "y.com" },
      "yes",
      /No rule for connections takes it/,
    ],
    ["of a host that a ServiceEntry may take", "{}", [NARROW, ENTRY], {}, "unknown", /^Where it is sent isn’t known/],
  ])("hosts that the client doesn't know: %s", async (_name, text, objects, more, verdict, said) => {
    const answer = await asked([...objects, mesh(text)], more);
    expect(answer.verdict).toBe(verdict);
    expect(answer.steps[0]?.text).toMatch(said);
  });

  test("a Service that isn't exported by the mesh's default is unknown to other namespaces", async () => {
    const own = mesh("defaultServiceExportTo: ['.']\noutboundTrafficPolicy: {mode: REGISTRY_ONLY}");
    const other = await asked([own], { client: client("till", "bank") });
    expect(other).toMatchObject({ verdict: "no" });
    expect(other.steps[0]?.text).toMatch(/^The Service isn’t exported to bank, .*REGISTRY_ONLY/);
    expect((await asked([own])).verdict).toBe("yes");
  });

  test("the mesh's root namespace is the one that its settings name", async () => {
    const elsewhere = mesh("rootNamespace: policies");
    const all = (namespace: string) => policy({}, namespace);
    expect((await asked([elsewhere, all("policies")])).verdict).toBe("no");
    expect((await asked([elsewhere, all("istio-system")])).verdict).toBe("yes");
  });

  test("routes too read paths as the mesh normalizes them", async () => {
    const away = vs([
      { match: [{ uri: { exact: "/a" } }], directResponse: { status: 418 } },
      { route: to("v1").route },
    ]);
    const merged = mesh("pathNormalization: {normalization: MERGE_SLASHES}");
    const answer = await asked([away, merged], { path: "//a" });
    expect(answer.steps.map(({ text }) => text).join(" ")).toContain("The proxy answers it itself.");
  });
});
