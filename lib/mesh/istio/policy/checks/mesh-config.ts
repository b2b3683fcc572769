/** The mesh's own settings, where the ConfigMap that holds them is read (files hold it; the console doesn't ask for it). */
import { parseDocument } from "yaml";
import { isObject } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf, objectAt, textAt } from "../routing/json.ts";
import type { Model } from "./model.ts";

export interface MeshConfig {
  readonly source: Manifest;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** ConfigMap `istio`, or `istio-<revision>`, key `mesh`; null: not read, or not readable. */
export const meshConfig = (model: Model): MeshConfig | null => {
  for (const source of model.objects("ConfigMap")) {
    const { name } = source.metadata;
    if (namespaceOf(source) !== model.root || !/^istio(-[a-z0-9-]+)?$/.test(name)) continue;
    const settings = yamlAt(source, "mesh");
    if (settings !== null) return { source, settings };
  }
  return null;
};

/** A ConfigMap's value as a map; null where it is none. */
export function yamlAt(source: Manifest, key: string): Readonly<Record<string, unknown>> | null {
  const text = textAt(objectAt(source, "data"), key);
  if (text === null || text.length > 1_000_000) return null;
  try {
    const value: unknown = parseDocument(text, { logLevel: "silent" }).toJS({ maxAliasCount: 100 });
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether clients use mutual TLS by themselves; null: the settings aren't read. Istio's default is yes. */
export function autoMtls(model: Model): boolean | null {
  const config = model.table(meshConfig);
  return config === null ? null : config.settings["enableAutoMtls"] !== false;
}

/** The trust domain and its aliases; null: the settings aren't read. */
export function trustDomains(model: Model): readonly string[] | null {
  const config = model.table(meshConfig);
  if (config === null) return null;
  const aliases = config.settings["trustDomainAliases"];
  const domain = config.settings["trustDomain"];
  return [
    typeof domain === "string" ? domain : "cluster.local",
    ...(Array.isArray(aliases) ? aliases.filter((each): each is string => typeof each === "string") : []),
  ];
}
