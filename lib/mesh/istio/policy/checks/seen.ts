/**
 * A CheckWorld as istiod reads it: without what lies in namespaces that the mesh's discoverySelectors leave out, and with the mesh's
 * default exportTo where an object says none.
 */
import type { CheckWorld } from "#lib/policy/finding.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { kinds } from "../kinds.ts";
import { setting } from "../settings/settings.ts";
import { istiodsView } from "../settings/view.ts";
import { settingsIn } from "./mesh-config.ts";
import type { OwnWorld, SeenWorld } from "./model.ts";

/** Kinds that istiod reads as configuration; pods, Services and ConfigMaps are looked at wherever they are. */
export const READ: ReadonlySet<string> = new Set(kinds.filter(({ namespaced }) => namespaced).map(kindKey));

export class Seeing {
  /** Objects as they were made once, by default exports, so that what didn't change is the same again. */
  readonly #made = new Map<string, WeakMap<Manifest, Manifest>>();

  /** Of several control planes' worlds, each as its own settings have it. */
  all(worlds: readonly [OwnWorld, ...OwnWorld[]]): readonly [SeenWorld, ...SeenWorld[]] {
    const used = new Set<string>();
    const [first, ...others] = worlds;
    const seen = [this.#of(first, used), ...others.map((world) => this.#of(world, used))] as const;
    for (const under of this.#made.keys()) if (!used.has(under)) this.#made.delete(under);
    return seen;
  }

  of(world: OwnWorld): SeenWorld {
    return this.all([world])[0];
  }

  #of(world: OwnWorld, used: Set<string>): SeenWorld {
    const settings = settingsIn(world);
    const found = setting(settings, ({ exportTo, discovery }) => ({ exportTo, discovery }));
    if (!found.known || (found.value.discovery.length === 0 && Object.keys(found.value.exportTo).length === 0)) {
      return { ...world, leftOut: [] };
    }
    const under = JSON.stringify(found.value.exportTo);
    const known = this.#made.get(under) ?? new WeakMap<Manifest, Manifest>();
    this.#made.set(under, known);
    used.add(under);
    const { read, discovers } = istiodsView(settings, world.objects, labelsIn(world));
    const made = (manifest: Manifest): Manifest => {
      const as = known.get(manifest) ?? read(manifest) ?? manifest;
      known.set(manifest, as);
      return as;
    };
    const isSeen = ({ metadata: { namespace } }: Manifest) => namespace === undefined || discovers(namespace);
    const lists = new Map<string, readonly Manifest[]>();
    for (const kind of READ) lists.set(kind, world.objects(kind).filter(isSeen).map(made));
    return {
      ...world,
      objects: (kind) => lists.get(kind) ?? world.objects(kind),
      leftOut: [...READ].flatMap((kind) => world.objects(kind).filter((each) => !isSeen(each))),
    };
  }
}

/** A plan changes the object, not the inventory; null: there is no such namespace that is known. */
function labelsIn({ objects, inventory }: CheckWorld) {
  const labels = new Map(objects("Namespace").map(({ metadata }) => [metadata.name, metadata.labels ?? {}]));
  return (namespace: string) => labels.get(namespace) ?? inventory?.namespaces.get(namespace)?.labels ?? null;
}
