/**
 * Runs the families and keeps what each part of them found, until something that it reads changes. Of what runs it is kept by object
 * which namespaces it was asked for: pods come and go all the time, and what they are behind is a small part of a cluster.
 */
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey } from "#lib/policy/ref.ts";
import { type Draft, type Family, findingOf, type Part } from "./family.ts";
import { Model, type SeenWorld } from "./model.ts";
import { type Reads, untouched } from "./reads.ts";
import { families } from "./registry.ts";
import { Seeing } from "./seen.ts";
import { changedIn, type Slices, slicesOf } from "./slices.ts";

type Lists = readonly (readonly unknown[])[];

/** A finding beside the text that it is sorted by. */
interface Keyed {
  readonly key: string;
  readonly finding: Finding;
}

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
  /** Of each of those objects, good for as long as the inputs are the same, and what runs in the namespaces that it read. */
  readonly each: ReadonlyMap<Manifest, KeptOne>;
  readonly slices: Slices;
}

/** An inventory by namespace, and where those of before differ from it. */
const slicedOf = (inventory: CheckWorld["inventory"]) => ({
  ...{ of: inventory, slices: slicesOf(inventory) },
  since: new Map<Slices, ReadonlySet<string>>(),
});

const RANK = { error: 0, warning: 1, info: 2 } as const;

export class ChecksEngine implements Checker {
  readonly #families: readonly Family[];
  readonly #seeing = new Seeing();
  readonly #kept = new Map<Part, Kept>();
  readonly #tables = new WeakMap<object, Map<unknown, unknown>>();
  #slices = slicedOf(null);

  constructor(list: readonly Family[] = families) {
    this.#families = list;
  }

  /** All findings, in a fixed order: worst first, then by object, code and place. */
  check(world: CheckWorld): readonly Finding[] {
    const seen = this.#seeing.of(world);
    const model = new Model(seen, this.#inventoryTables(world));
    if (this.#slices.of !== seen.inventory) this.#slices = slicedOf(seen.inventory);
    const found = this.#families.flatMap((family) =>
      family.parts.flatMap((part) => this.#run(family, part, model, seen)),
    );
    return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ finding }) => finding);
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

  #run(family: Family, part: Part, model: Model, world: SeenWorld): readonly Keyed[] {
    const inputs = inputsOf(part, world);
    const objects = "all" in part ? [] : part.of.map((kind) => model.objects(kind));
    const { slices } = this.#slices;
    const before = this.#kept.get(part);
    const held = before !== undefined && alike(before.inputs, inputs);
    if (held && alike(before.objects, objects) && before.slices === slices) return before.found;
    const changed = held ? this.#changedSince(before.slices) : null;
    const said = (drafts: Iterable<Draft>) =>
      Array.from(drafts, (draft) => keyed(findingOf(draft, family, world.cluster)));
    const each = new Map<Manifest, KeptOne>();
    if ("each" in part) {
      for (const object of objects.flat()) {
        const known = before?.each.get(object);
        if (changed !== null && known !== undefined && untouched(known.reads, changed)) each.set(object, known);
        else {
          const { result: found, reads } = model.reading(() => said(part.each(object, model)));
          each.set(object, { found, reads });
        }
      }
    }
    const found = "all" in part ? said(part.all(model)) : [...each.values()].flatMap((one) => one.found);
    this.#kept.set(part, { inputs, objects, found, each, slices });
    return found;
  }
}

/** Objects are replaced, never changed in place: the same objects in the same order are the same input. */
function inputsOf(part: Part, world: SeenWorld): Lists {
  const { reads } = part;
  const shared = [world.cluster, world.rootNamespace, world.istiodNamespace, world.knowledge];
  // Of what runs in this cluster, those that look at objects one by one are told apart by namespace.
  const running = "all" in part ? [world.inventory, ...world.elsewhere] : world.elsewhere;
  const others: Readonly<Record<string, readonly unknown[]>> = { inventory: running, leftOut: world.leftOut };
  return [shared, ...reads.map((kind) => others[kind] ?? world.objects(kind))];
}

function alike(a: Lists, b: Lists): boolean {
  return a.every((list, index) => {
    const other = b[index] ?? [];
    return list === other || (list.length === other.length && list.every((item, at) => item === other[at]));
  });
}

function keyed(finding: Finding): Keyed {
  const { severity, object, code, path, message } = finding;
  return { finding, key: [RANK[severity], refKey(object), code, path, message].join("\n") };
}
