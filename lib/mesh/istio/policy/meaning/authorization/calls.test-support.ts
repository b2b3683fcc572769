/** Calls and policies of few words for tests of authorization. */
import { parse } from "yaml";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { policy } from "../../world.test-support.ts";
import type { EnforcementPoint } from "./attached.ts";
import { authorize, type Verdict } from "./decide.ts";
import type { CallFacts } from "./facts.ts";

export const WEB = "cluster.local/ns/shop/sa/web";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
export const auth = (text: string, place = "shop/a") => policy("AuthorizationPolicy", place, spec(text));
export const jwt = (text: string, place = "shop/j") => policy("RequestAuthentication", place, spec(text));
export const dryRun = (it: Manifest): Manifest => ({
  ...it,
  metadata: { ...it.metadata, annotations: { "istio.io/dry-run": "true" } },
});
export const sidecar: EnforcementPoint = { kind: "sidecar", namespace: "shop", labels: { app: "reviews" } };
export const ztunnel: EnforcementPoint = { ...sidecar, kind: "ztunnel" };
export const waypoint: EnforcementPoint = {
  ...{ kind: "waypoint", namespace: "shop", gateway: "waypoint", entries: [] },
  services: [{ namespace: "shop", name: "reviews" }],
};
export const gateway: EnforcementPoint = {
  kind: "gateway",
  namespace: "edge",
  labels: { app: "gw" },
  gateway: "public",
};
export const GET: CallFacts = {
  ...{ protocol: "http", principal: WEB, sourceIp: "10.0.0.9", remoteIp: "203.0.113.7", destinationIp: "10.0.0.1" },
  ...{ port: 8080, sni: null, host: "reviews:9080", method: "GET", path: "/a/b?x=1", token: null },
  headers: { "x-user": "ann", "x-none": null },
};

export function decide(
  objects: readonly Manifest[],
  facts: CallFacts = GET,
  point = sidecar,
  trustDomains: readonly string[] | null = ["cluster.local"],
): Verdict {
  const of = (kind: string) => objects.filter((each) => each.kind === kind);
  return authorize(
    {
      ...{ authorization: of("AuthorizationPolicy"), authentication: of("RequestAuthentication") },
      ...{ rootNamespace: "istio-system", trustDomains },
    },
    point,
    facts,
  );
}
/** `deny 403 shop/a spec.rules[0]`, `allow`, `unknown: the path` */
export function said(verdict: Verdict): string {
  if (verdict.verdict === "unknown") return `unknown: ${verdict.lacks.join(", ")}`;
  const by = verdict.by && `${verdict.by.policy.metadata.name} ${printPath(verdict.by.path)}`;
  return [verdict.verdict, ...(verdict.verdict === "deny" ? [verdict.answer ?? "?"] : []), ...(by ? [by] : [])].join(
    " ",
  );
}
export const from = (source: string, more = "") => auth(`${more}rules: [{from: [{source: {${source}}}]}]`);
export const to = (operation: string, more = "") => auth(`${more}rules: [{to: [{operation: {${operation}}}]}]`);
export const when = (key: string, values: string) => auth(`rules: [{when: [{key: '${key}', ${values}}]}]`);
export const DENY = "action: DENY, ";
