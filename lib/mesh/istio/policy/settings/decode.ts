/**
 * The mesh's own settings (MeshConfig) from the YAML that a ConfigMap holds, as far as they are read, with istiod's defaults
 * for what is left out. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ ; defaults are those of istiod's
 * pkg/config/mesh/mesh.go (DefaultMeshConfig). A value of another type than the schema's makes all of it unreadable, as for
 * istiod, which then goes on with what it had before. Pure and bounded: at most 128 KiB, few aliases.
 */
import { parseDocument } from "yaml";
import type { Normalization } from "../meaning/paths.ts";
import { isObject } from "../routing/json.ts";

export interface MeshConfig {
  readonly enableAutoMtls: boolean;
  /** The mesh's own, then its aliases. */
  readonly trustDomains: readonly string[];
  readonly pathNormalization: Normalization;
  /** Hosts that nobody declared are refused (REGISTRY_ONLY), where no Sidecar says otherwise. */
  readonly registryOnly: boolean;
  /** By kind, where the mesh's default isn't everybody: VirtualService, DestinationRule, ServiceEntry, and Service as that. */
  readonly exportTo: Readonly<Record<string, DefaultExport>>;
  /** Objects there count for all namespaces. */
  readonly rootNamespace: string;
  /** discoverySelectors: one of them takes a namespace that istiod sees, all of whose conditions hold; none: it sees all. */
  readonly discovery: readonly (readonly Requirement[])[];
  /** Requests begin traces at all, where no Telemetry and no default provider says so. */
  readonly enableTracing: boolean;
  /** defaultConfig.tracing.sampling, in per cent; null: not set, which 0 is, too. */
  readonly sampling: number | null;
  /** defaultProviders.tracing. */
  readonly tracingProviders: readonly string[];
  /** What proxies may write to their own log: the mesh's own form first, then the providers'. */
  readonly accessLogs: readonly AccessLogForm[];
  /** Names of extensionProviders, with what they are: `opentelemetry`, `envoyExtAuthzGrpc`. */
  readonly providers: ReadonlyMap<string, Provider>;
}

/**
 * Istiod honours `*` and `.` alone, `*` before `.`, but of DestinationRules `.` before `*` (compared with one): what says no `exportTo` is seen in its own namespace, by everybody, or by nobody.
 * (initServiceRegistry, initVirtualServices in pilot/pkg/model/push_context.go)
 */
interface DefaultExport {
  readonly seen: "own" | "nobody";
  /** As it is written: delegates are exported so. */
  readonly written: readonly string[];
}

export interface Requirement {
  readonly key: string;
  readonly operator: (typeof OPERATORS)[number];
  readonly values: readonly string[];
}

/** https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/#MeshConfig-ExtensionProvider-EnvoyFileAccessLogProvider */
export interface AccessLogForm {
  /** null: the mesh's own, which the built-in provider `envoy` writes, too. */
  readonly provider: string | null;
  /** null: Istio's default of that encoding. */
  readonly form: { readonly text: string | null } | { readonly labels: Raw | null };
  /** omitEmptyValues. */
  readonly empty: boolean;
}

export interface Provider {
  readonly kind: string;
  /** Decides by itself which spans are kept. */
  readonly samples: boolean;
}

type Raw = Readonly<Record<string, unknown>>;

const ROOT = "istio-system";
/** ConfigMaps hold up to 1 MiB; settings of a mesh are a few KiB. */
const MOST = 131_072;
/** https://github.com/istio/istio/blob/master/pkg/config/mesh/mesh.go : there in every mesh. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ["prometheus", "prometheus"],
  ["stackdriver", "stackdriver"],
  ["envoy", "envoyFileAccessLog"],
];

const NORMALIZATIONS = ["DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"] as const;
/** DEFAULT is BASE. */
const PATHS: Readonly<Partial<Record<(typeof NORMALIZATIONS)[number], Normalization>>> = {
  ...{ NONE: "NONE", MERGE_SLASHES: "MERGE_SLASHES", DECODE_AND_MERGE_SLASHES: "DECODE_AND_MERGE_SLASHES" },
};
const EXPORTED: readonly (readonly [string, string])[] = [
  ["VirtualService", "defaultVirtualServiceExportTo"],
  ["DestinationRule", "defaultDestinationRuleExportTo"],
  ["ServiceEntry", "defaultServiceExportTo"],
  ["Service", "defaultServiceExportTo"],
];
const OPERATORS = ["In", "NotIn", "Exists", "DoesNotExist"] as const;
const OUTBOUND = ["REGISTRY_ONLY", "ALLOW_ANY"] as const;

/** A value of another type than the schema's. */
class Refused extends Error {}

/** The texts of one control plane's ConfigMaps, the shared one first; null where istiod couldn't read them either. */
export function decodeMeshConfig(texts: readonly string[]): MeshConfig | null {
  try {
    return configOf(texts.map(parsed).reduce(over, {}));
  } catch (thrown) {
    if (thrown instanceof Refused) return null;
    throw thrown;
  }
}

/** What a proxy's own settings (annotation `proxy.istio.io/config`) set of sampling, in per cent; null: nothing that counts. */
export function decodeProxySampling(text: string): number | null {
  try {
    return samplingIn(parsed(text));
  } catch (thrown) {
    if (thrown instanceof Refused) return null;
    throw thrown;
  }
}

/** istiod's proxyConfigSamplingValue: 0 is as good as not set. */
function samplingIn(proxyConfig: Raw): number | null {
  const sampling = number(map(proxyConfig, "tracing"), "sampling") ?? 0;
  if (sampling < 0) throw new Refused();
  return sampling === 0 ? null : sampling > 100 ? 1 : sampling;
}

function parsed(text: string): Raw {
  if (text.length > MOST) throw new Refused();
  let value: unknown;
  try {
    // istiod's parser knows YAML 1.1: `off` is no text, and of a key that stands twice the last counts. Looking for such keys takes time by their square.
    const document = parseDocument(text, { logLevel: "silent", version: "1.1", uniqueKeys: false });
    if (document.errors.length > 0) throw new Refused();
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new Refused();
  }
  if (value === null) return {};
  if (!isObject(value)) throw new Refused();
  return value;
}

/** A later text replaces whole fields, but for these (istiod's ApplyMeshConfig). */
function over(before: Raw, after: Raw): Raw {
  const merged = (name: string) => ({ ...map(before, name), ...map(after, name) });
  return {
    ...before,
    ...after,
    trustDomainAliases: [...list(before, "trustDomainAliases"), ...list(after, "trustDomainAliases")],
    defaultConfig: merged("defaultConfig"),
    defaultProviders: merged("defaultProviders"),
    extensionProviders: [...list(before, "extensionProviders"), ...list(after, "extensionProviders")],
  };
}

function configOf(raw: Raw): MeshConfig {
  const outbound = at(raw, "outboundTrafficPolicy");
  return {
    enableAutoMtls: flag(raw, "enableAutoMtls", true),
    trustDomains: [...new Set([text(raw, "trustDomain") || "cluster.local", ...texts(raw, "trustDomainAliases")])],
    pathNormalization: PATHS[choice(map(raw, "pathNormalization"), "normalization", NORMALIZATIONS)] ?? "BASE",
    exportTo: Object.fromEntries(
      EXPORTED.flatMap(([kind, name]) => {
        const written = texts(raw, name);
        const all = written.includes("*") && !(kind === "DestinationRule" && written.includes("."));
        return written.length === 0 || all
          ? []
          : [[kind, { seen: written.includes(".") ? "own" : "nobody", written } satisfies DefaultExport]];
      }),
    ),
    rootNamespace: text(raw, "rootNamespace") || ROOT,
    discovery: list(raw, "discoverySelectors").map(selectorOf),
    // Without a mode it is the schema's first, unlike without the field.
    registryOnly: outbound !== null && choice(map(raw, "outboundTrafficPolicy"), "mode", OUTBOUND) === "REGISTRY_ONLY",
    enableTracing: flag(raw, "enableTracing", true),
    sampling: samplingIn(map(raw, "defaultConfig")),
    accessLogs: [
      { provider: null, form: ownForm(raw), empty: false },
      ...list(raw, "extensionProviders").flatMap(formOf),
    ],
    tracingProviders: texts(map(raw, "defaultProviders"), "tracing"),
    providers: new Map([
      ...BUILT_IN.map(([name, kind]): [string, Provider] => [name, { kind, samples: false }]),
      ...list(raw, "extensionProviders").map(providerOf),
    ]),
  };
}

function selectorOf(each: unknown): readonly Requirement[] {
  if (!isObject(each)) throw new Refused();
  return [
    ...Object.entries(map(each, "matchLabels")).map(([key, value]): Requirement => {
      if (typeof value !== "string") throw new Refused();
      return { key, operator: "In", values: [value] };
    }),
    ...list(each, "matchExpressions").map((asked): Requirement => {
      const operator = isObject(asked) ? OPERATORS.find((name) => name === asked["operator"]) : undefined;
      if (!isObject(asked) || operator === undefined) throw new Refused();
      return { key: text(asked, "key") ?? "", operator, values: texts(asked, "values") };
    }),
  ];
}

function providerOf(each: unknown): [string, Provider] {
  if (!isObject(each)) throw new Refused();
  const kind = Object.keys(each).find((key) => key !== "name" && isObject(each[key])) ?? "";
  return [text(each, "name") ?? "", { kind, samples: Object.hasOwn(map(each, kind), "dynatraceSampler") }];
}

const ENCODINGS = ["TEXT", "JSON"] as const;
/** Else it isn't in the pod's log. */
const STANDARD: readonly string[] = ["", "/dev/stdout", "/dev/stderr"];

/** JSON that is none leaves the default: istiod's FileAccessLogFromMeshConfig. */
function ownForm(raw: Raw): AccessLogForm["form"] {
  const format = text(raw, "accessLogFormat") || null;
  if (choice(raw, "accessLogEncoding", ENCODINGS) === "TEXT") return { text: format };
  try {
    const labels: unknown = JSON.parse(format ?? "null");
    return { labels: isObject(labels) ? labels : null };
  } catch {
    return { labels: null };
  }
}

/** Of a provider that writes files; istiod's fileAccessLogFromTelemetry. */
function formOf(each: unknown): readonly AccessLogForm[] {
  const raw = isObject(each) ? each : {};
  if (at(raw, "envoyFileAccessLog") === null) return [];
  const file = map(raw, "envoyFileAccessLog");
  if (!STANDARD.includes(text(file, "path") ?? "")) return [];
  const format = map(file, "logFormat");
  const labels = at(format, "labels") === null ? null : map(format, "labels");
  const none = labels !== null && Object.keys(labels).length === 0;
  return [
    {
      provider: text(raw, "name") ?? "",
      form: labels === null ? { text: text(format, "text") || null } : { labels: none ? null : labels },
      empty: flag(file, "omitEmptyValues", false),
    },
  ];
}

/** Both spellings that the schema's JSON has: `enableAutoMtls`, `enable_auto_mtls`. */
function at(raw: Raw, name: string): unknown {
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const found = [name, snake].find((each) => Object.hasOwn(raw, each));
  return found === undefined ? null : (raw[found] ?? null);
}

function flag(raw: Raw, name: string, otherwise: boolean): boolean {
  const value = at(raw, name);
  if (value === null) return otherwise;
  if (typeof value !== "boolean") throw new Refused();
  return value;
}

function number(raw: Raw, name: string): number | null {
  const value = at(raw, name);
  if (value === null) return null;
  const read = typeof value === "string" && /^-?[\d.]{1,20}$/.test(value) ? Number(value) : value;
  if (typeof read !== "number" || !Number.isFinite(read)) throw new Refused();
  return read;
}

/** One of an enum's names, or its number; the first where it isn't set. */
function choice<T extends string>(raw: Raw, name: string, names: readonly [T, ...T[]]): T {
  const value = at(raw, name) ?? 0;
  const found = typeof value === "number" ? names[value] : names.find((each) => each === value);
  if (found === undefined) throw new Refused();
  return found;
}

function text(raw: Raw, name: string): string | null {
  const value = at(raw, name);
  if (value !== null && typeof value !== "string") throw new Refused();
  return value;
}

function texts(raw: Raw, name: string): readonly string[] {
  return list(raw, name).map((each) => {
    if (typeof each !== "string") throw new Refused();
    return each;
  });
}

function list(raw: Raw, name: string): readonly unknown[] {
  const value = at(raw, name);
  if (value === null) return [];
  if (!Array.isArray(value)) throw new Refused();
  return value;
}

function map(raw: Raw, name: string): Raw {
  const value = at(raw, name);
  if (value === null) return {};
  if (!isObject(value)) throw new Refused();
  return value;
}
