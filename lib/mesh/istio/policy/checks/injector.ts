/** The injector's own settings, of its ConfigMaps. */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { objectAt, textAt } from "../routing/json.ts";
import { yamlAt } from "./mesh-config.ts";
import type { Model } from "./model.ts";
import { readWhole } from "./templates.ts";

const MAP = "istio-sidecar-injector";
const maps = (model: Model): readonly Manifest[] =>
  model.objects("ConfigMap").filter(({ metadata }) => metadata.name === MAP || metadata.name.startsWith(`${MAP}-`));

/** Whether it injects where no label says anything, and the ConfigMap that says so (null: files that hold none). */
interface ByDefault {
  readonly injects: boolean;
  readonly from: Manifest | null;
}

/** null: its ConfigMap isn't read. In files that hold none of its ConfigMaps it is as Istio ships it. */
export const injectsByDefault = (model: Model): ByDefault | null => model.table(byDefault);

const byDefault = (model: Model): ByDefault | null => {
  const all = maps(model);
  const on = all.find(
    (map) => objectAt(yamlAt(map, "values"), "sidecarInjectorWebhook")["enableNamespacesByDefault"] === true,
  );
  const from = on ?? all[0] ?? null;
  return from !== null || readWhole(model) ? { injects: on !== undefined, from } : null;
};

/** Who may not read that ConfigMap isn't told what rests on it. */
export const saidBy = ({ from }: ByDefault) =>
  from === null ? [] : [{ at: from, path: ["data", "values"], text: "enableNamespacesByDefault" }];

/** What the injector puts into pods. */
interface Injected {
  readonly image: string;
  readonly from: Manifest;
}

/** What a workload's next pod would be given; null: not known, or nothing injects it. */
export function injectedInto(workload: Workload, model: Model): Injected | null {
  // istiod writes these Deployments itself, and which istiod does isn't said by the namespace.
  if ("gateway.networking.k8s.io/gateway-name" in workload.labels) return null;
  const name = revisionOf(workload, model);
  if (name === null) return null;
  const images = model.table(imagesByRevision);
  const tagged = model.table(revisionsByTag).get(name);
  // Any revision may be the default one: which says its tag's webhook.
  if (name === DEFAULT && tagged === undefined && images.size > 1) return null;
  return images.get(tagged ?? name) ?? null;
}

/**
 * The revision, or tag of one, whose webhook takes its pods. The namespace's labels go before the pod's, as the webhooks of
 * Istio's charts select (istiod's templates/mutatingwebhook.yaml).
 */
function revisionOf({ namespace, labels }: Workload, model: Model): string | null {
  const around = model.namespaceLabels(namespace);
  const injection = around["istio-injection"];
  if (injection !== undefined) return injection === "enabled" ? DEFAULT : null;
  const asked = around["istio.io/rev"] ?? labels["istio.io/rev"];
  return asked ?? (labels["sidecar.istio.io/inject"] === "true" ? DEFAULT : null);
}

/** Variants are the same proxy on another base: https://istio.io/latest/docs/ops/configuration/security/harden-docker-images/ */
export const isInjected = (image: string, { image: given }: Injected): boolean =>
  image === given || image.startsWith(`${given}-`);

const DEFAULT = "default";

/** As the injector's template makes it of the values: GetIstioProxyImage in Istio's pkg/config/analysis/analyzers/injection. */
const imagesByRevision = (model: Model): ReadonlyMap<string, Injected> =>
  new Map(
    maps(model).flatMap((from): [string, Injected][] => {
      const global = objectAt(yamlAt(from, "values"), "global");
      const name = textAt(objectAt(global, "proxy"), "image");
      const [hub, tag] = [textAt(global, "hub"), global["tag"]];
      const revision = from.metadata.name === MAP ? DEFAULT : from.metadata.name.slice(MAP.length + 1);
      if (!name) return [];
      if (name.includes("/")) return [[revision, { image: name, from }]];
      if (!hub || (typeof tag !== "string" && typeof tag !== "number") || tag === "") return [];
      return [[revision, { image: `${hub}/${name}:${tag}`, from }]];
    }),
  );

/** https://istio.io/latest/docs/setup/upgrade/canary/#stable-revision-labels */
const revisionsByTag = (model: Model): ReadonlyMap<string, string> =>
  new Map(
    model.objects("MutatingWebhookConfiguration").flatMap(({ metadata: { labels = {} } }): [string, string][] => {
      const [tag, revision] = [labels["istio.io/tag"], labels["istio.io/rev"]];
      return tag && revision ? [[tag, revision]] : [];
    }),
  );
