/** Runs the families and keeps what each part of them found, until something that it reads changes. */
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey } from "#lib/policy/ref.ts";
import { type Draft, type Family, findingOf, type Part } from "./family.ts";
import { Model, type SeenWorld } from "./model.ts";
import { families } from "./registry.ts";
import { Seeing } from "./seen.ts";

type Lists = readonly (readonly unknown[])[];

/** A finding beside the text that it is sorted by. */
interface Keyed {
  readonly key: string;
  readonly finding: Finding;
}

/** What a part found. */
interface Kept {
  /** What it read beside the objects that it looks at one by one. */
  readonly inputs: Lists;
  readonly objects: readonly (readonly Manifest[])[];
  readonly found: readonly Keyed[];
  /** Of each of those objects, good for as long as the inputs are the same. */
  readonly each: ReadonlyMap<Manifest, readonly Keyed[]>;
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

export class ChecksEngine implements Checker {
  readonly #families: readonly Family[];
  readonly #seeing = new Seeing();
  readonly #kept = new Map<Part, Kept>();
  readonly #tables = new WeakMap<object, Map<unknown, unknown>>();

  constructor(list: readonly Family[] = families) {
    this.#families = list;
  }

  /** All findings, in a fixed order: worst first, then by object, code and place. */
  check(world: CheckWorld): readonly Finding[] {
    const model = new Model(this.#seeing.of(world), this.#inventoryTables(world));
    const found = this.#families.flatMap((family) => family.parts.flatMap((part) => this.#run(family, part, model)));
    return found.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ finding }) => finding);
  }

  /** Tables of what runs outlive a change of policies. */
  #inventoryTables({ inventory }: CheckWorld): Map<unknown, unknown> {
    if (inventory === null) return new Map();
    const known = this.#tables.get(inventory) ?? new Map<unknown, unknown>();
    this.#tables.set(inventory, known);
    return known;
  }

  #run(family: Family, part: Part, model: Model): readonly Keyed[] {
    const inputs = inputsOf(part, model.world);
    const objects = "all" in part ? [] : part.of.map((kind) => model.objects(kind));
    const before = this.#kept.get(part);
    const held = before !== undefined && alike(before.inputs, inputs);
    if (held && alike(before.objects, objects)) return before.found;
    const said = (drafts: Iterable<Draft>) =>
      Array.from(drafts, (draft) => keyed(findingOf(draft, family, model.world.cluster)));
    const each = new Map<Manifest, readonly Keyed[]>();
    if ("each" in part) {
      for (const object of objects.flat()) {
        each.set(object, (held ? before.each.get(object) : undefined) ?? said(part.each(object, model)));
      }
    }
    const found = "all" in part ? said(part.all(model)) : [...each.values()].flat();
    this.#kept.set(part, { inputs, objects, found, each });
    return found;
  }
}

/** Objects are replaced, never changed in place: the same objects in the same order are the same input. */
function inputsOf({ reads }: Part, world: SeenWorld): Lists {
  const shared = [world.cluster, world.rootNamespace, world.istiodNamespace, world.knowledge];
  const running = [world.inventory, ...world.elsewhere];
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
