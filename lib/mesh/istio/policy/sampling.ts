/**
 * Which share of requests proxies begin a trace of. A Telemetry's randomSamplingPercentage goes before a proxy's own setting
 * (annotation), that before the mesh's defaultConfig, that before istiod's PILOT_TRACE_SAMPLING, that before Istio's default;
 * a provider with a sampler of its own before all (istiod's networking/core/tracing.go). Istio's default is told only where
 * all of these were read. A Telemetry with a selector or with targets counts for some workloads of its namespace; of those that count
 * for a whole namespace the oldest does alone (applicableTelemetries, namespaceWideTelemetryConfig, GetTargetRefs in istiod's
 * pilot/pkg/model). Pure. https://istio.io/latest/docs/reference/config/telemetry/#Tracing,
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/sampling/
 */
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { targetsOf } from "./lookup.ts";
import { byAge, listAt, namespaceOf, numberAt, objectAt, textAt } from "./routing/json.ts";
import { decodeProxySampling, type MeshConfig } from "./settings/decode.ts";
import type { ControlPlane } from "./settings/planes.ts";
import { type MeshSettings, setting } from "./settings/settings.ts";

interface SamplingRate {
  readonly namespace: string;
  /** Of the object that sets it: Telemetry, workload, ConfigMap. */
  readonly name: string;
  /** What it counts for: an object of the root namespace for the mesh, another for its namespace, one with a selector for some workloads. */
  readonly where: "mesh" | "namespace" | "workloads";
  /** 0 to 100; 0 also where spans aren't reported at all. */
  readonly percent: number;
  /** A Telemetry; a workload's annotation; the mesh's settings; istiod's variable; none of them, which is Istio's default. */
  readonly from: "telemetry" | "proxy" | "settings" | "istiod" | "default";
}

export interface SamplingGiven {
  /** Those that may be told. */
  readonly telemetries: readonly Manifest[];
  /** Why some Telemetry of the whole mesh isn't known; null: all are. */
  readonly unknown: string | null;
  readonly root: string;
  readonly settings: MeshSettings;
  /** Those that may be told. */
  readonly workloads: Iterable<Workload>;
}

export interface Sampling {
  /** Those of the mesh first. */
  readonly rates: readonly SamplingRate[];
  /** Why the mesh's own rate isn't among them; null: it is. */
  readonly why: string | null;
}

/** https://istio.io/latest/docs/reference/commands/pilot-discovery/#envvars : PILOT_TRACE_SAMPLING's default, in per cent. */
const ISTIO_DEFAULT = 1;
/** Workloads with a rate of their own that are told: which share of them differs says enough. */
const MOST_WORKLOADS = 100;

export function samplingOf({ telemetries: all, unknown, root, settings, workloads }: SamplingGiven): Sampling {
  const telemetries = counting(all);
  const told = telemetries.flatMap((each) => ratesOf(each, root));
  const mesh = unknown === null ? meshRate(telemetries, told, root, settings) : { why: unknown };
  const own = [...ownRates(workloads, told)].slice(0, MOST_WORKLOADS);
  // What a Telemetry says of the mesh isn't its rate where another one that isn't known may say more.
  const others = "why" in mesh ? told.filter(({ where }) => where !== "mesh") : told;
  const rates = [...others, ...own, ...("rate" in mesh && mesh.rate !== null ? [mesh.rate] : [])];
  return {
    rates: rates.sort((a, b) => rank(a) - rank(b) || compare(a, b)),
    why: "why" in mesh ? mesh.why : null,
  };
}

/** `rate` null: a Telemetry says it. */
type MeshRate = { readonly rate: SamplingRate | null } | { readonly why: string };

function meshRate(
  telemetries: readonly Manifest[],
  told: readonly SamplingRate[],
  root: string,
  settings: MeshSettings,
): MeshRate {
  const whole = telemetries.filter((each) => whereOf(each, root) === "mesh");
  const named = whole.flatMap(({ spec }) => listAt(spec, "tracing").flatMap(providersOf)).at(-1);
  const set = told.some(({ where }) => where === "mesh");
  const traced = telemetries.some(hasTracing);
  const wholly = whole.some(hasTracing);
  const found = setting(settings, (config, plane): Decided => {
    const provider = named ?? config.tracingProviders[0];
    if (provider !== undefined && config.providers.get(provider)?.samples === true)
      return { why: `provider ${provider} decides by a sampler of its own` };
    if (set) return { why: null };
    if (!wholly && provider === undefined && !config.enableTracing)
      return traced ? { why: "tracing is off but for what Telemetries switch on" } : { from: "settings", percent: 0 };
    return configured(config, plane);
  });
  // Whether a provider samples by itself isn't known then; a Telemetry's rate is told as it stands.
  if (!found.known) return set ? { rate: null } : { why: found.why };
  const { value, from } = found;
  if ("why" in value) return value.why === null ? { rate: null } : { why: value.why };
  return { rate: { namespace: root, name: from.metadata.name, where: "mesh", ...value } };
}

type Decided =
  | { readonly from: SamplingRate["from"]; readonly percent: number }
  /** null: a Telemetry says it. */
  | { readonly why: string | null };

function configured({ sampling }: MeshConfig, plane: ControlPlane): Decided {
  if (sampling !== null) return { from: "settings", percent: sampling };
  if ("why" in plane.sampling) return plane.sampling;
  const { set } = plane.sampling;
  const percent = set === null || !/^\d{1,3}(\.\d{1,10})?$/.test(set) ? Number.NaN : Number(set);
  // What is no number, or none of per cents, istiod takes for its default.
  return percent <= 100 ? { from: "istiod", percent } : { from: "default", percent: ISTIO_DEFAULT };
}

const hasTracing = ({ spec }: Manifest): boolean => listAt(spec, "tracing").length > 0;
const providersOf = (tracing: unknown): string[] =>
  listAt(tracing, "providers")
    .slice(0, 1)
    .flatMap((each) => textAt(each, "name") ?? []);

function* ownRates(workloads: Iterable<Workload>, told: readonly SamplingRate[]): Generator<SamplingRate> {
  if (told.some(({ where }) => where === "mesh")) return;
  const settled = new Set(told.flatMap(({ where, namespace }) => (where === "namespace" ? [namespace] : [])));
  for (const { namespace, name, proxyConfig, goneAt } of workloads) {
    if (proxyConfig === undefined || goneAt !== null || settled.has(namespace)) continue;
    const percent = decodeProxySampling(proxyConfig);
    if (percent !== null) yield { namespace, name, where: "workloads", percent, from: "proxy" };
  }
}

/** Without those of a whole namespace that an older one stands before. */
function counting(telemetries: readonly Manifest[]): readonly Manifest[] {
  const settled = new Set<string>();
  return telemetries.toSorted(byAge).filter((each) => {
    if (isOfSome(each)) return true;
    const namespace = namespaceOf(each);
    const first = !settled.has(namespace);
    settled.add(namespace);
    return first;
  });
}

const isOfSome = (telemetry: Manifest): boolean =>
  Object.keys(objectAt(objectAt(telemetry.spec, "selector"), "matchLabels")).length > 0 ||
  targetsOf(telemetry).length > 0;

function whereOf(telemetry: Manifest, root: string): SamplingRate["where"] {
  if (isOfSome(telemetry)) return "workloads";
  return namespaceOf(telemetry) === root ? "mesh" : "namespace";
}

function ratesOf(telemetry: Manifest, root: string): SamplingRate[] {
  const { name } = telemetry.metadata;
  const namespace = namespaceOf(telemetry);
  const percents = SIDES.flatMap((side) => percentAt(telemetry, side) ?? []);
  const where = whereOf(telemetry, root);
  return [...new Set(percents)].map((percent) => ({ namespace, name, where, percent, from: "telemetry" }));
}

const SIDES = ["CLIENT", "SERVER"] as const;

/** As the last of its entries for that side says it; null: none does. (Tracing in istiod's pilot/pkg/model/telemetry.go) */
function percentAt({ spec }: Manifest, side: (typeof SIDES)[number]): number | null {
  let off = false;
  let percent: number | null = null;
  for (const tracing of listAt(spec, "tracing")) {
    const other = SIDES.find((each) => each !== side);
    if (textAt(objectAt(tracing, "match"), "mode") === other) continue;
    if (typeof tracing["disableSpanReporting"] === "boolean") off = tracing["disableSpanReporting"];
    const said = numberAt(tracing, "randomSamplingPercentage");
    if (said !== null && said >= 0 && said <= 100) percent = said;
  }
  return off ? 0 : percent;
}

const RANKS: readonly SamplingRate["where"][] = ["mesh", "namespace", "workloads"];
const rank = ({ where }: SamplingRate): number => RANKS.indexOf(where);

function compare(a: SamplingRate, b: SamplingRate): number {
  const [x, y] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
  return x < y ? -1 : x > y ? 1 : a.percent - b.percent;
}
