/** Runs the families and keeps what each found, until something that it reads changes. */
import type { Checker, CheckWorld, Finding } from "#lib/policy/finding.ts";
import { refKey } from "#lib/policy/ref.ts";
import { type Family, findingOf } from "./family.ts";
import { Model } from "./model.ts";
import { families } from "./registry.ts";

interface Kept {
  readonly inputs: readonly (readonly unknown[])[];
  readonly findings: readonly Finding[];
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

export class ChecksEngine implements Checker {
  readonly #families: readonly Family[];
  readonly #kept = new Map<Family, Kept>();

  constructor(list: readonly Family[] = families) {
    this.#families = list;
  }

  /** All findings, in a fixed order: worst first, then by object, code and place. */
  check(world: CheckWorld): readonly Finding[] {
    const model = new Model(world);
    const found = this.#families.flatMap((family) => this.#run(family, model));
    const keyed = found.map((finding) => ({ finding, key: sortKey(finding) }));
    return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ finding }) => finding);
  }

  #run(family: Family, model: Model): readonly Finding[] {
    const inputs = inputsOf(family, model.world);
    const kept = this.#kept.get(family);
    if (kept !== undefined && alike(kept.inputs, inputs)) return kept.findings;
    const findings = [...family.run(model)].map((draft) => findingOf(draft, family, model.world.cluster));
    this.#kept.set(family, { inputs, findings });
    return findings;
  }
}

/** Objects are replaced, never changed in place: the same objects in the same order are the same input. */
function inputsOf(family: Family, world: CheckWorld): readonly (readonly unknown[])[] {
  const shared = [world.cluster, world.rootNamespace, world.knowledge];
  const { inventory } = world;
  return [
    shared,
    ...family.reads.map((kind) => (kind === "inventory" ? [inventory, ...world.elsewhere] : world.objects(kind))),
  ];
}

function alike(a: readonly (readonly unknown[])[], b: readonly (readonly unknown[])[]): boolean {
  return a.every((list, index) => {
    const other = b[index] ?? [];
    return list === other || (list.length === other.length && list.every((item, at) => item === other[at]));
  });
}

function sortKey({ severity, object, code, path, message }: Finding): string {
  return [RANK[severity], refKey(object), code, path, message].join("\n");
}
