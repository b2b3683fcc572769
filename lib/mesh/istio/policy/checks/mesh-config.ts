/** The mesh's own settings as checks ask for them: of a cluster, or of files that hold its ConfigMap. */
import { parseDocument } from "yaml";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { isObject } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { namespaceOf, objectAt, textAt } from "../routing/json.ts";
import type { MeshConfig } from "../settings/decode.ts";
import { type Authorizer, authorizersOf } from "../settings/facts.ts";
import { type ControlPlane, controlPlanes, planesOfMaps } from "../settings/planes.ts";
import { eachOf, type MeshSettings, meshSettings, type Setting, setting } from "../settings/settings.ts";
import type { Model, OwnWorld } from "./model.ts";

/** What control planes read, where istiod runs: those of the world, or all. */
export function settingsIn({
  objects,
  inventory,
  rootNamespace,
  istiodNamespace: root = rootNamespace,
  planes: own,
}: Pick<OwnWorld, "objects" | "inventory" | "rootNamespace" | "istiodNamespace" | "planes">): MeshSettings {
  const maps = objects("ConfigMap").filter((each) => namespaceOf(each) === root);
  const running = own ?? controlPlanes(inventory, root);
  // Files needn't hold istiod: then the ConfigMaps say themselves whose they are.
  const planes = running?.length === 0 ? planesOfMaps(maps) : running;
  return meshSettings({ ...{ maps, planes, root }, unread: null, sees: () => true });
}

/**
 * Control planes that run, by how they are set as far as checks ask; null: all alike, or which run isn't known. Those of which it isn't
 * known how they are set are alike in that.
 */
export function setApart(world: CheckWorld): readonly (readonly ControlPlane[])[] | null {
  const all = eachOf(settingsIn(world));
  const alike = Map.groupBy(all, (each) => ("config" in each ? asked(each.config) : null));
  return alike.size < 2 ? null : [...alike.values()].map((some) => some.map(({ plane }) => plane));
}

/** Whatever the checks below and `Seeing` ask for, as text. */
const asked = (config: MeshConfig): string =>
  JSON.stringify([
    config.enableAutoMtls,
    config.trustDomains,
    authorizersOf(config),
    config.discovery,
    config.exportTo,
  ]);

const settings = ({ world }: Model) => settingsIn(world);

const everybodys = ({ world: { objects, inventory, rootNamespace, istiodNamespace = rootNamespace } }: Model) =>
  settingsIn({ objects, inventory, rootNamespace, istiodNamespace });

/** Whether clients use mutual TLS by themselves, and the ConfigMap that says so. */
export const autoMtls = (model: Model): Setting<boolean> =>
  setting(model.ofSettings(settings), ({ enableAutoMtls }) => enableAutoMtls);

/** The trust domain, then its aliases. */
export const trustDomains = (model: Model): Setting<readonly string[]> =>
  setting(model.ofSettings(settings), (config) => config.trustDomains);

/** External authorizers by name, with what they are asked by. */
export const authorizers = (model: Model): Setting<Readonly<Record<string, Authorizer>>> =>
  setting(model.ofSettings(settings), authorizersOf);

/** Which namespaces control planes read. */
export const discoverySelectors = (model: Model): Setting<MeshConfig["discovery"]> =>
  setting(model.ofSettings(settings), (config) => config.discovery);

interface Network {
  readonly source: Manifest;
  readonly name: string;
  readonly network: unknown;
}

/** How the networks of the mesh lie, by whichever control plane; none: not read. */
export function meshNetworks(model: Model): readonly Network[] {
  const read = model.ofSettings(everybodys);
  if ("why" in read) return [];
  return read.planes.flatMap(({ from: source }) =>
    Object.entries(objectAt(yamlAt(source, "meshNetworks"), "networks")).map(([name, network]) => ({
      ...{ source, name, network },
    })),
  );
}

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
