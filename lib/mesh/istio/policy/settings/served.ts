/**
 * The mesh's settings by the control plane that serves a proxy: each revision reads a ConfigMap of its own, which may say something else.
 * (getMeshConfigMapName in istiod's pilot/pkg/bootstrap/mesh.go) https://istio.io/latest/docs/setup/upgrade/canary/ . Pure.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { authorizersOf, type MeshFacts, meshFacts, revisionOf, type Served } from "./facts.ts";
import type { ControlPlane } from "./planes.ts";
import { eachOf, type MeshSettings, settingsAmong } from "./settings.ts";
import { istiodsView, type LabelsOf } from "./view.ts";

type Each = ReturnType<typeof eachOf>[number];

/** What of the settings decides about calls and objects, as text; null: not known. */
const saidBy = (each: Each): string | null => {
  if (!("config" in each)) return null;
  const { enableAutoMtls, trustDomains, pathNormalization, registryOnly, exportTo, discovery } = each.config;
  return JSON.stringify([
    ...[enableAutoMtls, trustDomains, pathNormalization, registryOnly, exportTo, discovery],
    authorizersOf(each.config),
  ]);
};

const viewedBy = (each: Each): string | null =>
  "config" in each ? JSON.stringify([each.config.exportTo, each.config.discovery]) : null;

const alike = (all: readonly Each[], said: (each: Each) => string | null): boolean => {
  const texts = new Set(all.map(said));
  return texts.size < 2 && !texts.has(null);
};

/** `planes`: those that run in the cluster, as for meshFacts. What it answers is asked for one request or poll. */
export function factsServed(
  settings: MeshSettings,
  planes: readonly ControlPlane[] | null,
  labelsOf: LabelsOf,
): MeshFacts {
  const common = meshFacts(settings, planes);
  const all = eachOf(settings);
  if (all.length < 2 || alike(all, saidBy)) return common;
  const known = new Map<string, Served>();
  const served = (revisions: readonly (string | null)[]): Served => {
    const said = [...new Set(revisions)].toSorted((a, b) => ((a ?? "") < (b ?? "") ? -1 : 1));
    const key = JSON.stringify(said);
    const found = known.get(key) ?? servedOf(said, all, (own) => ({ ...meshFacts(own, planes), served }), labelsOf);
    known.set(key, found);
    return found;
  };
  return { ...common, served };
}

function servedOf(
  said: readonly (string | null)[],
  all: readonly Each[],
  factsOf: (settings: MeshSettings) => MeshFacts,
  labelsOf: LabelsOf,
): Served {
  const isOpen = said.length === 0 || said.includes(null);
  const missing = said.find((name) => name !== null && !all.some(({ plane }) => servesOf(plane)(name))) ?? null;
  const own = isOpen || missing !== null ? all : all.filter(({ plane }) => said.some(servesOf(plane)));
  const lacks = missing === null ? lacksOf(isOpen, own) : `${settingsFor(missing)}: none runs in the cluster`;
  const facts = factsOf(missing === null ? settingsAmong(own) : { why: lacks });
  const views = own.map((each) => istiodsView(settingsAmong([each]), () => [], labelsOf));
  const [view = null] = views;
  return {
    facts: facts.why === null ? facts : { ...facts, why: lacks },
    view: missing === null && alike(own, viewedBy) ? view : null,
    set: missing === null && alike(own, saidBy) ? (own.map(saidBy)[0] ?? null) : null,
    views: [...new Set(own.flatMap((each) => viewedBy(each) ?? []))],
    isChanged: (manifest: Manifest) => views.some(({ read }) => read(manifest) !== manifest),
    lacks,
  };
}

/** Whether proxies that say a revision may be served by it: as `revisionOf` names it, or without a revision that is known. */
const servesOf = (plane: ControlPlane) => {
  const { name, everything } = revisionOf(plane);
  return (said: string | null): boolean => said === name || (said === "default" && everything === null);
};

const settingsFor = (revision: string): string => `the settings of the control plane of revision ${revision}`;

function lacksOf(isOpen: boolean, own: readonly Each[]): string {
  const blind = own.flatMap((each) =>
    "why" in each ? [`${settingsFor(revisionOf(each.plane).name)}: ${each.why}`] : [],
  );
  const [first] = blind;
  if (first !== undefined && own.length === 1) return first;
  const names = [...new Set(own.map(({ plane }) => revisionOf(plane).name))].toSorted().join(", ");
  const unlike =
    first === undefined ? "which are set differently" : `which aren’t known to be set alike (${blind.join("; ")})`;
  const planes = `the control planes of revisions ${names}, ${unlike}`;
  return isOpen
    ? `which control plane serves the proxy, whose pods don’t say their revision: ${planes}`
    : `which of its pods it is: they are served by ${planes}`;
}
