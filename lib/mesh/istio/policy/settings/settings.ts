/**
 * What the mesh's settings are, by each of its control planes' ConfigMaps, and where that isn't known, why. A setting counts
 * where all control planes agree on it: which of them a namespace is served by may be a tag's to say. Where it is known which one
 * serves a proxy, its own count (served.ts). Pure.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { mapAt } from "../routing/json.ts";
import { decodeMeshConfig, type MeshConfig } from "./decode.ts";
import { type ControlPlane, OUTSIDE } from "./planes.ts";

export interface SettingsGiven {
  /** ConfigMaps of the root namespace that hold settings, as far as they can be read, whoever may see them. */
  readonly maps: readonly Manifest[];
  /** null: what runs isn't known. */
  readonly planes: readonly ControlPlane[] | null;
  readonly root: string;
  /** Why some ConfigMap isn't known; null: those that are there are known. */
  readonly unread: string | null;
  readonly sees: (manifest: Manifest) => boolean;
}

interface Plane {
  readonly plane: ControlPlane;
  readonly config: MeshConfig;
  /** The ConfigMap that counts. */
  readonly from: Manifest;
}

/** One control plane of which it isn't known what it reads. */
interface Blind {
  readonly plane: ControlPlane;
  readonly why: string;
}

/** By control plane, or why nothing is known of all of them: `each`, which control planes run, says of which something is. */
export type MeshSettings =
  | { readonly planes: readonly Plane[] }
  | { readonly why: string; readonly each?: readonly (Plane | Blind)[] };

export type Setting<T> =
  | { readonly known: true; readonly value: T; readonly from: Manifest }
  | { readonly known: false; readonly why: string };

interface Read {
  readonly shared: Manifest | undefined;
  readonly config: ReturnType<typeof decodeMeshConfig>;
}

/** Each ConfigMap is read once, however often it is asked for: objects are replaced, never changed. */
const decoded = new WeakMap<Manifest, Read>();

export function meshSettings(given: SettingsGiven): MeshSettings {
  if (given.planes === null) return { why: "which control planes run isn’t known: Deployments aren’t read" };
  const planes = given.planes.length > 0 ? given.planes : [OUTSIDE];
  return settingsAmong(planes.map((plane) => settingsOf(plane, given)));
}

function settingsOf(plane: ControlPlane, { maps, root, unread, sees }: SettingsGiven): Plane | Blind {
  if (plane.unclear !== null) return { plane, why: plane.unclear };
  const [config, shared] = [plane.config, plane.shared].map((name) =>
    name === null ? undefined : maps.find(({ metadata }) => metadata.name === name && metadata.namespace === root),
  );
  if (config === undefined || (plane.shared !== null && shared === undefined)) {
    if (unread !== null) return { plane, why: `the mesh’s settings can’t be read: ${unread}` };
    return { plane, why: `there is no ConfigMap ${(config ? plane.shared : null) ?? plane.config} in ${root}` };
  }
  if ([config, shared].some((one) => one !== undefined && !sees(one)))
    return { plane, why: "the mesh’s settings are in an object you may not see" };
  const read = readOf(config, shared);
  return read === null
    ? { plane, why: `ConfigMap ${plane.config} of ${root} can’t be read as MeshConfig` }
    : { plane, config: read, from: config };
}

/** What is known of all of them, or of some of them alone. */
export const eachOf = (settings: MeshSettings): readonly (Plane | Blind)[] =>
  "planes" in settings ? settings.planes : (settings.each ?? []);

/** Of these alone; what isn't known of one of them isn't known. */
export function settingsAmong(some: readonly (Plane | Blind)[]): MeshSettings {
  const blind = some.find((one) => "why" in one);
  return blind === undefined ? { planes: some.filter((one) => "config" in one) } : { why: blind.why, each: some };
}

function readOf(config: Manifest, shared: Manifest | undefined): MeshConfig | null {
  const texts = [shared, config].flatMap((each) => (each === undefined ? [] : (mapAt(each, "data")["mesh"] ?? [])));
  // A ConfigMap without the key isn't read by istiod either.
  if (mapAt(config, "data")["mesh"] === undefined) return null;
  const known = decoded.get(config);
  if (known !== undefined && known.shared === shared) return known.config;
  const read = decodeMeshConfig(texts);
  decoded.set(config, { shared, config: read });
  return read;
}

/** One setting, where all control planes have the same; `pick` answers what can be compared as JSON. */
export function setting<T>(settings: MeshSettings, pick: (config: MeshConfig, plane: ControlPlane) => T): Setting<T> {
  if ("why" in settings) return { known: false, why: settings.why };
  const [first, ...others] = settings.planes.map(({ config, plane, from }) => ({ value: pick(config, plane), from }));
  if (first === undefined) return { known: false, why: "no control plane is known" };
  const said = JSON.stringify(first.value);
  if (others.some(({ value }) => JSON.stringify(value) !== said))
    return { known: false, why: "the mesh’s control planes are set differently" };
  return { known: true, ...first };
}
