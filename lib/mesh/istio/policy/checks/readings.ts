/**
 * Objects as each of a cluster's control planes reads them, by the label `istio.io/rev` and by its own settings: what no one of them reads
 * together is in no conflict, and stands for nothing that is missing to another. (meaning/revisions.ts) https://istio.io/latest/docs/setup/upgrade/canary/
 */
import type { CheckWorld } from "#lib/policy/finding.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { hasRevision, hasRevisions, isOfAll } from "../meaning/revisions.ts";
import { revisionOf } from "../settings/facts.ts";
import { controlPlanes } from "../settings/planes.ts";
import { setApart } from "./mesh-config.ts";
import type { OwnWorld, SeenWorld } from "./model.ts";
import { READ, Seeing } from "./seen.ts";

/** What one control plane reads, or several alike. */
export interface Reading {
  /** Their revisions. */
  readonly name: string;
  /** Whom it takes objects of, as text: what is kept under it is good for whoever reads so. */
  readonly key: string;
  readonly world: SeenWorld;
}

type Lists = ReadonlyMap<string, readonly Manifest[]>;

interface Reader {
  readonly name: string;
  /** Equal texts take the same labels. */
  readonly key: string;
  readonly takes: (label: string) => boolean;
}

/** Of more revisions that objects name, where it isn't known what runs, the others are read as one's: checks take time by each. */
const MOST = 8;

export class Readings {
  readonly #seeing = new Seeing();
  /** By list, then reader, so that what didn't change is the same list again. */
  readonly #kept = new WeakMap<readonly Manifest[], Map<string, readonly Manifest[]>>();

  /** One without a name where no object is for one control plane alone, and all are set alike. */
  of(world: CheckWorld): readonly [Reading, ...Reading[]] {
    const running = runningIn(world);
    const apart = running === null ? null : setApart(world);
    if (apart === null) return this.#alike(this.#seeing.of(world), running);
    const [first, ...others] = apart.map((planes): OwnWorld => ({ ...world, planes }));
    if (first === undefined) return this.#alike(this.#seeing.of(world), running);
    const worlds = this.#seeing
      .all([first, ...others])
      .map((seen) => ({ seen, running: (seen.planes ?? []).map(revisionOf) }));
    const labels = [...new Set(worlds.flatMap(({ seen }) => labelsOf(labelledIn(seen))))].toSorted();
    const sets = worlds.map((each) => ({ ...each, readers: readersOf(each.running, labels) }));
    const taken = (label: string) => sets.some(({ readers }) => readers.some(({ takes }) => takes(label)));
    const [one, ...more] = sets.flatMap(({ seen, readers }) => this.#asRead(seen, readers, taken));
    return one === undefined ? this.#alike(this.#seeing.of(world), running) : [one, ...more];
  }

  /** Of control planes that are set alike, or of which it isn't known which run. */
  #alike(world: SeenWorld, running: ReturnType<typeof runningIn>): readonly [Reading, ...Reading[]] {
    const labels = labelsOf(labelledIn(world));
    if (labels.length === 0) return [{ name: "", key: "", world }];
    const readers = running === null ? named(labels) : readersOf(running, labels);
    const taken = (label: string) => running === null || readers.some(({ takes }) => takes(label));
    return this.#asRead(world, readers, taken);
  }

  /** `taken`: whether anybody reads what says a revision. */
  #asRead(
    world: SeenWorld,
    [first, ...others]: readonly [Reader, ...Reader[]],
    taken: Reader["takes"],
  ): readonly [Reading, ...Reading[]] {
    const labelled = labelledIn(world);
    const unserved = this.#unserved(labelled, labelsOf(labelled), taken);
    const read = ({ name, key, takes }: Reader): Reading => {
      const own = new Map([...labelled].map(([kind, list]) => [kind, this.#read(list, key, takes)]));
      return { name, key, world: { ...world, unserved, objects: (kind) => own.get(kind) ?? world.objects(kind) } };
    };
    return [read(first), ...others.map(read)];
  }

  #read(list: readonly Manifest[], key: string, takes: Reader["takes"]): readonly Manifest[] {
    return this.#once(list, `read by ${key}`, (each) => isOfAll(each) || !hasRevision(each) || takes(labelOf(each)));
  }

  #unserved(labelled: Lists, labels: readonly string[], taken: Reader["takes"]): readonly Manifest[] {
    const nobodys = labels.filter((label) => !taken(label));
    if (nobodys.length === 0) return [];
    const key = `read by none: ${JSON.stringify(nobodys)}`;
    const isNobodys = (each: Manifest) => !isOfAll(each) && hasRevision(each) && !taken(labelOf(each));
    return [...labelled.values()].flatMap((list) => this.#once(list, key, isNobodys));
  }

  #once(list: readonly Manifest[], key: string, keep: (each: Manifest) => boolean): readonly Manifest[] {
    const own = this.#kept.get(list) ?? new Map<string, readonly Manifest[]>();
    this.#kept.set(list, own);
    const found = own.get(key) ?? list.filter(keep);
    own.set(key, found);
    return found;
  }
}

/** Lists with objects that are for one control plane alone. */
const labelledIn = (world: SeenWorld): Lists =>
  new Map([...READ].map((kind) => [kind, world.objects(kind)] as const).filter(([, list]) => hasRevisions(list)));

export const labelOf = ({ metadata }: Manifest): string => metadata.labels?.["istio.io/rev"] ?? "";

const labelsKept = new WeakMap<readonly Manifest[], readonly string[]>();

/** Each list is looked through once, so that a change costs its own kind's alone. */
function labelsIn(list: readonly Manifest[]): readonly string[] {
  const found = labelsKept.get(list) ?? [
    ...new Set(list.filter((each) => hasRevision(each) && !isOfAll(each)).map(labelOf)),
  ];
  labelsKept.set(list, found);
  return found;
}

const labelsOf = (lists: Lists): readonly string[] => [...new Set([...lists.values()].flatMap(labelsIn))].toSorted();

/** null: which control planes run, or what they read, isn't known; files needn't hold them. */
export function runningIn({ inventory, rootNamespace, istiodNamespace = rootNamespace }: CheckWorld) {
  const planes = controlPlanes(inventory, istiodNamespace) ?? [];
  return planes.length === 0 || planes.some(({ everything }) => everything === null) ? null : planes.map(revisionOf);
}

/** Who takes what says these revisions, beside what says none. */
function of(name: string, labels: readonly string[]): Reader {
  const own = new Set(labels);
  return { name, key: JSON.stringify(labels), takes: (label) => own.has(label) };
}

const ofAll = (name: string): Reader => ({ name, key: "all", takes: () => true });

/** Whoever reads what objects name; what is for nobody in particular each of them reads. */
function named(labels: readonly string[]): readonly [Reader, ...Reader[]] {
  const each = labels.slice(0, labels.length > MOST ? MOST - 1 : MOST);
  const rest = new Set(labels.slice(each.length));
  const [first, ...others] = each.map((name) => of(name, [name]));
  const last: readonly Reader[] = rest.size === 0 ? [] : [of(`${rest.size} others`, [...rest])];
  return first === undefined ? [ofAll("")] : [first, ...others, ...last];
}

/** Those that run: of those that no object names all read the same, and all do where objects name none. */
function readersOf(
  running: NonNullable<ReturnType<typeof runningIn>>,
  labels: readonly string[],
): readonly [Reader, ...Reader[]] {
  const all = [...new Map(running.map((each) => [JSON.stringify(each), each])).values()];
  const [plain, own] = [false, true].map((is) =>
    all.filter(({ name, everything }) => is === (labels.length > 0 && (everything === true || labels.includes(name)))),
  );
  const readers = (own ?? []).map(({ name, everything }) =>
    everything === true ? ofAll(`${name}, which reads objects of all`) : of(name, [name]),
  );
  const names = (plain ?? []).map(({ name }) => name).toSorted();
  const [first, ...others] = [...readers, ...(names.length === 0 ? [] : [of(names.join(", "), [])])];
  return first === undefined ? named(labels) : [first, ...others];
}
