/** Runs the families and keeps what each part of them found, until something that it reads changes. */
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey } from "#lib/policy/ref.ts";
import { type Draft, type Family, findingOf, type Part } from "./family.ts";
import { Model } from "./model.ts";
import { families } from "./registry.ts";

type Inputs = readonly (readonly unknown[])[];

interface Kept {
  readonly inputs: Inputs;
  /** Of a part that looks at all at once. */
  readonly whole: readonly Finding[];
  /** Of a part that looks at one object at a time. */
  readonly each: WeakMap<Manifest, readonly Finding[]>;
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

export class ChecksEngine implements Checker {
  readonly #families: readonly Family[];
  readonly #kept = new Map<Part, Kept>();
  readonly #tables = new WeakMap<object, Map<unknown, unknown>>();

  constructor(list: readonly Family[] = families) {
    this.#families = list;
  }

  /** All findings, in a fixed order: worst first, then by object, code and place. */
  check(world: CheckWorld): readonly Finding[] {
    const model = new Model(world, this.#inventoryTables(world));
    const found = this.#families.flatMap((family) => family.parts.flatMap((part) => this.#run(family, part, model)));
    const keyed = found.map((finding) => ({ finding, key: sortKey(finding) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ finding }) => finding);
  }

  /** Tables of what runs outlive a change of policies. */
  #inventoryTables({ inventory }: CheckWorld): Map<unknown, unknown> {
    if (inventory === null) return new Map();
    const known = this.#tables.get(inventory) ?? new Map<unknown, unknown>();
    this.#tables.set(inventory, known);
    return known;
  }

  #run(family: Family, part: Part, model: Model): readonly Finding[] {
    const inputs = inputsOf(part, model.world);
    const before = this.#kept.get(part);
    const held = before !== undefined && alike(before.inputs, inputs);
    const said = (drafts: Iterable<Draft>) => [...drafts].map((each) => findingOf(each, family, model.world.cluster));
    if ("all" in part) {
      if (held) return before.whole;
      const whole = said(part.all(model));
      this.#kept.set(part, { inputs, whole, each: new WeakMap() });
      return whole;
    }
    const each: Kept["each"] = held ? before.each : new WeakMap();
    if (!held) this.#kept.set(part, { inputs, whole: [], each });
    return part.of.flatMap((kind) =>
      model.objects(kind).flatMap((object) => {
        const known = each.get(object) ?? said(part.each(object, model));
        each.set(object, known);
        return known;
      }),
    );
  }
}

/** Objects are replaced, never changed in place: the same objects in the same order are the same input. */
function inputsOf({ reads }: Part, world: CheckWorld): Inputs {
  const shared = [world.cluster, world.rootNamespace, world.knowledge];
  const running = [world.inventory, ...world.elsewhere];
  return [shared, ...reads.map((kind) => (kind === "inventory" ? running : world.objects(kind)))];
}

function alike(a: Inputs, b: Inputs): boolean {
  return a.every((list, index) => {
    const other = b[index] ?? [];
    return list === other || (list.length === other.length && list.every((item, at) => item === other[at]));
  });
}

function sortKey({ severity, object, code, path, message }: Finding): string {
  return [RANK[severity], refKey(object), code, path, message].join("\n");
}
