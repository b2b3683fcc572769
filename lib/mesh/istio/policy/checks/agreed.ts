/**
 * What the readings of a cluster find, as one list: each finding once, saying for whom it holds, and with a fix that does for all of them.
 * One control plane's objects don't decide alone what a plan writes: a cluster has one object of a name, whoever reads it.
 */
import type { CheckWorld, Finding, Fix } from "#lib/policy/finding.ts";
import { canPlan } from "#lib/policy/fix.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refOf, refText } from "#lib/policy/ref.ts";
import { byPlace, type Model } from "./model.ts";

/** A finding beside the text that it is sorted by. */
export interface Keyed {
  readonly key: string;
  readonly finding: Finding;
}

/** What one reading finds. */
export interface Run {
  /** The revisions whose control planes read so. */
  readonly name: string;
  readonly model: Model;
  /** How its control planes are set isn't known. */
  readonly blind: boolean;
  readonly found: readonly Keyed[];
}

const RANK = { error: 0, warning: 1, info: 2 } as const;

export function keyed(finding: Finding): Keyed {
  const { severity, object, code, path, message } = finding;
  return { finding, key: [RANK[severity], refKey(object), code, path, message].join("\n") };
}

/** `world`: with what no reading has. */
export function agreed(runs: readonly Run[], world: CheckWorld): Keyed[] {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) return only.found.map((one) => sparing(one, runs, world));
  const all = new Map<string, Map<Run, Keyed>>();
  for (const run of runs) {
    for (const each of run.found) {
      const by = all.get(each.key) ?? new Map<Run, Keyed>();
      all.set(each.key, by);
      if (!by.has(run)) by.set(run, each);
    }
  }
  return [...all.values()].map((by) => heldBy(sparing(joined(by), [...by.keys()], world), by, runs));
}

/** What only some of those who read the object find says which; a plan would change it for the others as well, for whom nothing is wrong. */
function heldBy(one: Keyed, by: ReadonlyMap<Run, Keyed>, runs: readonly Run[]): Keyed {
  if (by.size === runs.length) return one;
  const { kind, namespace = null, name, group } = one.finding.object;
  const readers = runs.filter(({ model }) => model.find(kindKey({ group, kind }), namespace, name) !== undefined);
  if (readers.length > 0 && readers.every((run) => by.has(run))) return one;
  const names = [...new Set([...by.keys()].map(({ name }) => name))];
  const planes = `control plane${names.length > 1 ? "s of revisions" : " of revision"} ${names.join(", ")}`;
  const others = runs.some((run) => run.blind && !by.has(run)) ? "; how all others are set isn’t known" : " alone";
  const { message, fix } = one.finding;
  return keyed({
    ...one.finding,
    message: `${message} This holds for the ${planes}${others}.`,
    fix: canPlan(fix) ? advice(`${fix.text} Others read the object as well: see that it stays right for them.`) : fix,
  });
}

/** One finding that several readings make: with what each of them goes by, and the fix that all of them have. */
function joined(by: ReadonlyMap<Run, Keyed>): Keyed {
  const [first, ...others] = by.values();
  if (first === undefined) throw new Error("Nobody finds it.");
  // What they read alike was found once.
  if (others.every((each) => each === first)) return first;
  const found = [first, ...others].map(({ finding }) => finding);
  const evidence = found.flatMap((each) => each.evidence);
  return {
    key: first.key,
    finding: {
      ...first.finding,
      evidence: [...new Map(evidence.map((each) => [JSON.stringify(each), each])).values()],
      namespaces: [...new Set(found.flatMap(({ namespaces }) => namespaces))],
      fix: fixForAll([...by].map(([{ name }, { finding }]) => ({ name, fix: finding.fix }))),
    },
  };
}

/** Where readings mend otherwise it is for somebody to decide; and what one of them leaves to be decided no other one knows better. */
function fixForAll(all: readonly { readonly name: string; readonly fix: Fix }[]): Fix {
  const fixes = new Map(all.map(({ fix }) => [JSON.stringify(fix), fix]));
  const [one, ...more] = fixes.values();
  if (one !== undefined && more.length === 0) return one;
  const open = all.filter(({ fix }) => !canPlan(fix));
  const said = Map.groupBy(open.length > 0 ? open : all, ({ fix }) => fix.text);
  const texts = [...said].map(([text, list]) =>
    said.size === 1 ? text : `Of revision ${list.map(({ name }) => name).join(", ")}: ${text}`,
  );
  return advice(texts.join(" "));
}

const advice = (text: string): Fix => ({ text, edits: [], manifests: [], deletions: [] });

/** A fix never writes over an object that those who ask for it don't read: that nothing is called so, their reading alone says. */
function sparing(one: Keyed, by: readonly Run[], world: CheckWorld): Keyed {
  const { manifests } = one.finding.fix;
  if (manifests.length === 0) return one;
  const hidden = manifests.filter((each) => isHidden(each, by, world));
  if (hidden.length === 0) return one;
  const names = hidden.map((each) => refText(refOf(world.cluster, each))).join(", ");
  const are = hidden.length > 1 ? "are there, and aren’t" : "is there, and isn’t";
  const text = `${names} ${are} read where this was found, by the label istio.io/rev or the mesh’s discoverySelectors. Change what is there, or who reads it: a new one of that name would overwrite it.`;
  return { key: one.key, finding: { ...one.finding, fix: advice(text) } };
}

function isHidden(manifest: Manifest, by: readonly Run[], world: CheckWorld): boolean {
  const kind = manifestKindKey(manifest);
  const { namespace, name } = manifest.metadata;
  return (
    by.some(({ model }) => model.find(kind, namespace ?? null, name) === undefined) &&
    byPlace(world.objects(kind)).has(`${namespace ?? ""}/${name}`)
  );
}
