/**
 * Runs the families and keeps what each part of them found, until something that it reads changes. Of what runs it is kept by object
 * which namespaces it was asked for: pods come and go all the time, and what they are behind is a small part of a cluster.
 */
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { controlPlanes } from "../settings/planes.ts";
import { agreed, type Keyed, keyed, type Run } from "./agreed.ts";
import { type Draft, type Family, findingOf, type Part } from "./family.ts";
import { settingsIn } from "./mesh-config.ts";
import { Model, type SeenWorld } from "./model.ts";
import { type Reading, Readings } from "./readings.ts";
import { type Reads, untouched } from "./reads.ts";
import { families } from "./registry.ts";
import { changedIn, type Slices, slicesOf } from "./slices.ts";

type Lists = readonly (readonly unknown[])[];

interface KeptOne {
  readonly found: readonly Keyed[];
  readonly reads: Reads;
}

/** What a part found. */
interface Kept {
  /** What it read beside the objects that it looks at one by one. */
  readonly inputs: Lists;
  readonly objects: readonly (readonly Manifest[])[];
  readonly found: readonly Keyed[];
  /** Of a part that looks at everything at once: of which namespaces it read what runs there. */
  readonly reads: Reads;
  /** Of each of those objects, good for as long as the inputs are the same, and what runs in the namespaces that it read. */
  readonly each: Map<Manifest, KeptOne>;
  readonly slices: Slices;
}

/** What runs by namespace, and where it was otherwise before. */
const slicedOf = (inventory: CheckWorld["inventory"], namespaces: readonly Manifest[]) => ({
  ...{ of: inventory, namespaces, slices: slicesOf(inventory, namespaces) },
  since: new Map<Slices, ReadonlySet<string>>(),
});

interface Running {
  readonly kept: Map<Part, Kept>;
  /** Of the first reading; undefined: this is the first. */
  readonly first: ReadonlyMap<Part, Kept> | undefined;
  readonly model: Model;
  readonly world: SeenWorld;
  /** Whose settings count, beside the ConfigMaps that hold them. */
  readonly settings: string;
}

export class ChecksEngine implements Checker {
  readonly #families: readonly Family[];
  readonly #readings = new Readings();
  /** By reading, the first one's under the name of none. */
  readonly #kept = new Map<string, Map<Part, Kept>>();
  readonly #tables = new WeakMap<object, Map<unknown, unknown>>();
  #slices = slicedOf(null, []);

  constructor(list: readonly Family[] = families) {
    this.#families = list;
  }

  /** All findings, in a fixed order: worst first, then by object, code and place. */
  check(world: CheckWorld): readonly Finding[] {
    const namespaces = world.objects("Namespace");
    if (this.#slices.of !== world.inventory || !sameList(this.#slices.namespaces, namespaces))
      this.#slices = slicedOf(world.inventory, namespaces);
    const readings = this.#readings.of(world).map((reading, at) => this.#readAs(reading, at, world));
    for (const name of this.#kept.keys()) if (!readings.some(({ keptAs }) => keptAs === name)) this.#kept.delete(name);
    return agreed(readings, world)
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ finding }) => finding);
  }

  /** What one control plane, or all alike, would find. */
  #readAs({ name, key, world: seen }: Reading, at: number, world: CheckWorld): Run & { readonly keptAs: string } {
    const model = new Model(seen, this.#inventoryTables(world));
    const keptAs = at === 0 ? "" : `${key} ${planesOf(seen)}`;
    const kept = this.#kept.get(keptAs) ?? new Map<Part, Kept>();
    this.#kept.set(keptAs, kept);
    const first = at === 0 ? undefined : this.#kept.get("");
    const run = { kept, first, model, world: seen, settings: `${planesOf(seen)} ${runningOf(seen)}` };
    const found = this.#families.flatMap((family) => family.parts.flatMap((part) => this.#run(family, part, run)));
    return { name, keptAs, model, found, blind: seen.planes !== undefined && "why" in settingsIn(seen) };
  }

  /** Tables of what runs outlive a change of policies. */
  #inventoryTables({ inventory }: CheckWorld): Map<unknown, unknown> {
    if (inventory === null) return new Map();
    const known = this.#tables.get(inventory) ?? new Map<unknown, unknown>();
    this.#tables.set(inventory, known);
    return known;
  }

  /** Most parts ran last under the same inventory. */
  #changedSince(before: Slices): ReadonlySet<string> {
    const { slices, since } = this.#slices;
    const known = since.get(before) ?? changedIn(before, slices);
    since.set(before, known);
    return known;
  }

  #run(family: Family, part: Part, { kept, first, model, world, settings }: Running): readonly Keyed[] {
    const inputs = inputsOf(part, world, settings);
    const objects = "all" in part ? [] : part.of.map((kind) => model.objects(kind));
    const { slices } = this.#slices;
    // What the first control plane reads alike isn't looked at again.
    const same = first?.get(part);
    if (same?.slices === slices && alike(same.inputs, inputs) && alike(same.objects, objects)) {
      // Else what was kept here would hold on to objects and to an inventory that are long gone.
      kept.delete(part);
      return same.found;
    }
    // What is read otherwise again begins by what the first one has.
    const before = kept.get(part) ?? same;
    const held = before !== undefined && alike(before.inputs, inputs);
    const unchanged = held && alike(before.objects, objects);
    if (unchanged && before.slices === slices) return before.found;
    const said = (drafts: Iterable<Draft>) =>
      Array.from(drafts, (draft) => keyed(findingOf(draft, family, world.cluster)));
    const keep = (found: readonly Keyed[], each: Kept["each"], reads: Reads = null) => {
      kept.set(part, { inputs, objects, found, reads, each, slices });
      return found;
    };
    if ("all" in part) {
      if (held && untouched(before.reads, this.#changedSince(before.slices)))
        return keep(before.found, before.each, before.reads);
      const { result, reads } = model.reading(() => said(part.all(model)));
      return keep(result, new Map(), reads);
    }
    const anew = (object: Manifest): KeptOne => {
      const { result: found, reads } = model.reading(() => said(part.each(object, model)));
      return { found, reads };
    };
    const changed = held ? this.#changedSince(before.slices) : null;
    // Most often nothing of most parts is touched: what they kept is then what they have.
    if (unchanged && changed !== null) {
      const touched = [...before.each]
        .filter(([, { reads }]) => !untouched(reads, changed))
        .map(([object]) => [object, anew(object)] as const);
      for (const [object, one] of touched) before.each.set(object, one);
      return keep(touched.length === 0 ? before.found : flat(before.each), before.each);
    }
    const each = new Map<Manifest, KeptOne>();
    for (const object of objects.flat()) {
      const known = changed === null ? undefined : before?.each.get(object);
      each.set(
        object,
        known !== undefined && changed !== null && untouched(known.reads, changed) ? known : anew(object),
      );
    }
    return keep(flat(each), each);
  }
}

const flat = (each: Kept["each"]): readonly Keyed[] => [...each.values()].flatMap(({ found }) => found);

/** Whose settings count; none: those that all share. */
const planesOf = ({ planes }: SeenWorld): string => (planes === undefined ? "" : JSON.stringify(planes));

const runningOf = ({ inventory, rootNamespace, istiodNamespace = rootNamespace }: SeenWorld): string =>
  JSON.stringify(controlPlanes(inventory, istiodNamespace));

/** Objects are replaced, never changed in place: the same objects in the same order are the same input. */
function inputsOf(part: Part, world: SeenWorld, settings: string): Lists {
  const { reads } = part;
  const shared = [world.cluster, world.rootNamespace, world.istiodNamespace, world.knowledge];
  const others: Readonly<Record<string, readonly unknown[]>> = {
    ...{ leftOut: world.leftOut, unserved: world.unserved ?? [] },
    // Whoever looks at ConfigMaps may ask for the mesh's settings.
    ConfigMap: [settings, ...world.objects("ConfigMap")],
    // Of what runs in this cluster, those that look at objects one by one are told apart by namespace.
    ...("all" in part
      ? { inventory: [world.inventory, ...world.elsewhere] }
      : { inventory: world.elsewhere, Namespace: [] }),
  };
  return [shared, ...reads.map((kind) => others[kind] ?? world.objects(kind))];
}

function alike(a: Lists, b: Lists): boolean {
  return a.every((list, index) => sameList(list, b[index] ?? []));
}

/** Which lists were compared with which, and came to what: lists never change, and many parts read the same ones. */
const compared = new WeakMap<readonly unknown[], WeakMap<readonly unknown[], boolean>>();
/** Shorter ones are sooner compared than looked up. */
const FEW = 8;

function sameList(list: readonly unknown[], other: readonly unknown[]): boolean {
  if (list === other) return true;
  if (list.length !== other.length) return false;
  if (list.length < FEW) return list.every((item, at) => item === other[at]);
  const known = compared.get(list) ?? new WeakMap<readonly unknown[], boolean>();
  const same = known.get(other) ?? list.every((item, at) => item === other[at]);
  compared.set(list, known.set(other, same));
  return same;
}
