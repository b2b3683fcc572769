/** Worlds of few words for tests of checks: objects from YAML in flow style, beside a small shop that is in order. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { CheckWorld, Finding } from "#lib/policy/finding.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { kinds } from "../kinds.ts";
import { ChecksEngine } from "./engine.ts";
import { expectSound } from "./fixes.test-support.ts";
import { offlineWorld } from "./offline.ts";

const CORE: Readonly<Record<string, string>> = {
  ...{ Deployment: "apps/v1", Service: "v1", Pod: "v1", Secret: "v1", ServiceAccount: "v1", ConfigMap: "v1" },
  ...{ CustomResourceDefinition: "apiextensions.k8s.io/v1" },
  ...{ MutatingWebhookConfiguration: "admissionregistration.k8s.io/v1" },
};

/** `o("VirtualService", "shop/a", "hosts: [a]")`; a Gateway API Gateway is `K8sGateway`. `more` is merged at the top. */
export function o(name: string, place: string, spec = "", more = ""): Manifest {
  const kind = name === "K8sGateway" ? "Gateway" : name;
  const known = kinds.find((each) => each.kind === kind && (name !== "K8sGateway" || each.area === "gateway-api"));
  const [first = "", second] = place.split("/");
  const metadata = second === undefined ? { name: first } : { namespace: first, name: second };
  const top = (parse(`{${more}}`) ?? {}) as Record<string, unknown>;
  const group = known?.group ? `${known.group}/` : "";
  return {
    apiVersion: CORE[kind] ?? `${group}${known?.versions[0]}`,
    kind,
    ...(spec === "" ? {} : { spec: parse(`{${spec}}`) }),
    ...top,
    metadata: { ...metadata, ...(top["metadata"] as object) },
  };
}

export const service = (place: string, app: string, ports = "{name: http, port: 80}", more = ""): Manifest =>
  o("Service", place, `selector: {app: ${app}}, ports: [${ports}]${more}`);

/** A workload by its template's labels. */
export const deployment = (place: string, labels: string, annotations = ""): Manifest =>
  o(
    "Deployment",
    place,
    `template: {metadata: {labels: {${labels}}, annotations: {${annotations}}}, spec: {containers: [{name: app}]}}`,
  );

export const namespace = (name: string, labels = ""): Manifest =>
  o("Namespace", name, "", `metadata: {labels: {${labels}}}`);

/** Injected, with reviews in two versions, and a gateway; nothing is wrong in it. */
export const shop: readonly Manifest[] = [
  namespace("shop", "istio-injection: enabled"),
  namespace("edge", "istio-injection: enabled"),
  service("shop/reviews", "reviews", "{name: http, port: 9080}"),
  service("shop/multi", "multi", "{name: http, port: 80}, {name: grpc, port: 81}"),
  deployment("shop/reviews-v1", "app: reviews, version: v1"),
  deployment("shop/reviews-v2", "app: reviews, version: v2"),
  deployment("shop/multi", "app: multi"),
  service("edge/ingress", "ingress", "{name: http, port: 80, targetPort: 8080}"),
  deployment("edge/ingress", "app: ingress, istio: ingressgateway"),
];

/** In ambient mode, with a service of its own. */
export const calm: readonly Manifest[] = [
  namespace("calm", "istio.io/dataplane-mode: ambient"),
  service("calm/pay", "pay"),
  deployment("calm/pay", "app: pay"),
];

export const waypoint = o(
  "K8sGateway",
  "calm/waypoint",
  "gatewayClassName: istio-waypoint, listeners: [{name: mesh, port: 15008, protocol: HBONE}]",
);

export const vs = (spec: string, place = "shop/a"): Manifest => o("VirtualService", place, spec);
export const dr = (spec: string, place = "shop/a"): Manifest => o("DestinationRule", place, spec);

export const gateway = (spec: string, place = "edge/public"): Manifest => o("Gateway", place, spec);
/** A plaintext HTTP server of a Gateway. */
export const server = (hosts: string, port = 8080, more = ""): string =>
  `{port: {number: ${port}, name: http, protocol: HTTP}, hosts: [${hosts}]${more}}`;
/** On the shop's gateway. */
export const open = gateway(`selector: {istio: ingressgateway}, servers: [${server("shop.example.com")}]`);

/** `complete`: what isn't among these objects doesn't exist. */
export const worldOf = (manifests: readonly Manifest[], complete = true): CheckWorld =>
  offlineWorld(manifests, { rootNamespace: "istio-system", complete });

const POLICIES: ReadonlySet<string> = new Set(kinds.map(kindKey));
const READ: ReadonlySet<string> = new Set([...POLICIES, "Service", "Workload"]);

/** As the console has them: policies whole, and of what runs the inventory alone. `more`: whole as well. */
export function consoleWorld(manifests: readonly Manifest[], more: readonly string[] = []): CheckWorld {
  const world = worldOf(manifests);
  return {
    ...world,
    objects: (kind) => (POLICIES.has(kind) || more.includes(kind) ? world.objects(kind) : []),
    knows: (kind) => READ.has(kind),
  };
}

export function findingsOf(manifests: readonly Manifest[], complete = true): readonly Finding[] {
  return new ChecksEngine().check(worldOf(manifests, complete));
}

/** What is reported beside the shop. */
export function codesOf(manifests: readonly Manifest[], complete = true): readonly string[] {
  return findingsOf([...shop, ...manifests], complete).map(({ code }) => code);
}

/** A code, objects that make it fire, and objects alike that don't. */
export type Case = readonly [code: string, fires: readonly Manifest[], quiet: readonly Manifest[]];

/** Each fires on the first objects and is quiet on the second. */
export function testCases(title: string, cases: readonly Case[]): void {
  describe(`checks of ${title}: fires, and doesn't where all is well`, () => {
    it.each(cases)("%s", (code, fires, quiet) => {
      expect(codesOf(fires)).toContain(code);
      expect(codesOf(quiet)).not.toContain(code);
    });
  });
  describe(`fixes of ${title}: mend what they are for, and nothing gets worse`, () => {
    it.each(cases)("%s", (_, fires, quiet) => {
      for (const objects of [fires, quiet]) expectSound([...shop, ...objects], worldOf);
    });
  });
}

/** An object that is for the control plane of a revision alone; null: for all. */
export const forRevision = (it: Manifest, label: string | null): Manifest =>
  label === null ? it : { ...it, metadata: { ...it.metadata, labels: { "istio.io/rev": label } } };

/** A control plane that runs, and how one is set. */
export const istiodOf = (revision: string): Manifest =>
  o(
    "Deployment",
    `istio-system/istiod-${revision}`,
    `template: {metadata: {labels: {app: istiod}}, spec: {containers: [{name: discovery, env: [{name: REVISION, value: ${revision}}]}]}}`,
  );
export const settingsOf = (revision: string, settings: string): Manifest =>
  o("ConfigMap", `istio-system/istio-${revision}`, "", `data: {mesh: "${settings}"}`);
