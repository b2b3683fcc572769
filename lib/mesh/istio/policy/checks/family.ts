/** What a check is: a family reads the model once and reports under its own codes. */
import { shown } from "#lib/policy/clean.ts";
import type { Evidence, Finding, Fix, FixEdit, Severity } from "#lib/policy/finding.ts";
import type { Json, Manifest } from "#lib/policy/manifest.ts";
import { printPath, type Segments } from "#lib/policy/path.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";
import type { Model } from "./model.ts";

export interface Rule {
  /** Codes of Kiali and istioctl for the same condition. */
  readonly also: readonly string[];
  readonly severity: Severity;
  /** When it is reported, in one sentence. */
  readonly when: string;
  readonly docs: string;
}

/** Rules of a family that share a page; a page of its own is the last argument. */
export const rulesOf =
  (standard: string) =>
  (also: readonly string[], severity: Severity, when: string, docs = standard): Rule => ({
    also,
    severity,
    when,
    docs,
  });

/** Rules on what files alone hold. */
export const fileRule = (also: string, severity: Severity, when: string, docs: string): Rule =>
  rulesOf(docs)([also], severity, `${when} In files only.`);

export interface Draft {
  readonly code: string;
  readonly at: Manifest | ObjectRef;
  readonly path: Segments;
  readonly message: string;
  readonly fix: string | (Pick<Fix, "text"> & Partial<Fix>);
  readonly evidence?: readonly { readonly at: Manifest | ObjectRef; readonly path: Segments; readonly text: string }[];
  /** Namespaces that the message speaks of, beside those of the objects. */
  readonly namespaces?: readonly string[];
}

/**
 * What is checked together again. `reads`: kinds (kindKey) whose objects decide, beside the object itself; `inventory` stands
 * for services, workloads and namespaces, `leftOut` for objects that istiod doesn't read, `unserved` for those of revisions that don't run.
 */
export type Part = {
  readonly reads: readonly string[];
} & (
  | { readonly of: readonly string[]; readonly each: (object: Manifest, model: Model) => Iterable<Draft> }
  | { readonly all: (model: Model) => Iterable<Draft> }
);

export interface Family {
  readonly rules: Readonly<Record<string, Rule>>;
  readonly parts: readonly Part[];
}

const isManifest = (value: Manifest | ObjectRef): value is Manifest => "metadata" in value;

function placeOf(at: Manifest | ObjectRef, cluster: string): ObjectRef {
  return isManifest(at) ? refOf(cluster, at) : at;
}

/** The finding that a draft says. @throws Error where a family reports a code that it doesn't declare */
export function findingOf(draft: Draft, family: Family, cluster: string): Finding {
  const rule = family.rules[draft.code];
  if (rule === undefined) throw new Error(`No rule is declared for ${draft.code}.`);
  const object = placeOf(draft.at, cluster);
  const evidence: Evidence[] = (draft.evidence ?? []).map((each) => ({
    object: placeOf(each.at, cluster),
    path: printPath(each.path),
    text: each.text,
  }));
  const fix = typeof draft.fix === "string" ? { text: draft.fix } : draft.fix;
  const spoken = [object, ...evidence.map((each) => each.object), ...(fix.deletions ?? [])];
  const others = (fix.manifests ?? []).flatMap(({ metadata }) => metadata.namespace ?? []);
  const told = draft.namespaces ?? [];
  const namespaces = new Set([...spoken.flatMap(({ namespace }) => namespace ?? []), ...others, ...told]);
  // Another object as its page shows it; a plan takes hidden values back from the object itself.
  const manifests = (fix.manifests ?? []).map((each) => shown(each));
  return {
    code: draft.code,
    also: rule.also,
    severity: rule.severity,
    object,
    path: printPath(draft.path),
    message: draft.message,
    evidence,
    fix: { edits: [], deletions: [], ...fix, manifests },
    docs: rule.docs,
    // A list of all namespaces many findings may have: one is enough. It may name one twice, and then isn't all there are.
    namespaces: namespaces.size === told.length && new Set(told).size === told.length ? told : [...namespaces],
  };
}

/** An edit that sets a place. */
export const setting = (path: Segments, value: Json): FixEdit => ({ path: printPath(path), value });
/** An edit that takes a place away. */
export const removing = (path: Segments): FixEdit => ({ path: printPath(path) });
