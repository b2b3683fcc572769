/**
 * The mesh's own settings (MeshConfig) from the YAML that a ConfigMap holds, as far as they are read, with istiod's defaults
 * for what is left out. https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/ ; defaults are those of istiod's
 * pkg/config/mesh/mesh.go (DefaultMeshConfig). A value of another type than the schema's makes all of it unreadable, as for
 * istiod, which then goes on with what it had before. Pure and bounded: at most 256 KiB, few aliases.
 */
import { parseDocument } from "yaml";
import { isObject } from "../routing/json.ts";

export interface MeshConfig {
  /** Requests begin traces at all, where no Telemetry and no default provider says so. */
  readonly enableTracing: boolean;
  /** defaultConfig.tracing.sampling, in per cent; null: not set, which 0 is, too. */
  readonly sampling: number | null;
  /** defaultProviders.tracing. */
  readonly tracingProviders: readonly string[];
  /** Names of extensionProviders, with what they are: `opentelemetry`, `envoyExtAuthzGrpc`. */
  readonly providers: ReadonlyMap<string, Provider>;
}

export interface Provider {
  readonly kind: string;
  /** Decides by itself which spans are kept. */
  readonly samples: boolean;
}

type Raw = Readonly<Record<string, unknown>>;

/** ConfigMaps hold up to 1 MiB; settings of a mesh are a few KiB. */
const MOST = 262_144;
/** https://github.com/istio/istio/blob/master/pkg/config/mesh/mesh.go : there in every mesh. */
const BUILT_IN: readonly (readonly [string, string])[] = [
  ["prometheus", "prometheus"],
  ["stackdriver", "stackdriver"],
  ["envoy", "envoyFileAccessLog"],
];

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
    // istiod's parser knows YAML 1.1: `off` is no text.
    const document = parseDocument(text, { logLevel: "silent", version: "1.1" });
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
    defaultConfig: merged("defaultConfig"),
    defaultProviders: merged("defaultProviders"),
    extensionProviders: [...list(before, "extensionProviders"), ...list(after, "extensionProviders")],
  };
}

function configOf(raw: Raw): MeshConfig {
  return {
    enableTracing: flag(raw, "enableTracing", true),
    sampling: samplingIn(map(raw, "defaultConfig")),
    tracingProviders: texts(map(raw, "defaultProviders"), "tracing"),
    providers: new Map([
      ...BUILT_IN.map(([name, kind]): [string, Provider] => [name, { kind, samples: false }]),
      ...list(raw, "extensionProviders").map(providerOf),
    ]),
  };
}

function providerOf(each: unknown): [string, Provider] {
  if (!isObject(each)) throw new Refused();
  const kind = Object.keys(each).find((key) => key !== "name" && isObject(each[key])) ?? "";
  return [text(each, "name") ?? "", { kind, samples: Object.hasOwn(map(each, kind), "dynatraceSampler") }];
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
