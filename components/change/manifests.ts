/** A draft: objects as they shall be, as one text of YAML documents. Pure. */
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { IntendedChanges } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import { readYaml, type YamlAnswer } from "#lib/policy/yaml.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";

/** Objects as YAML documents, in their order. */
export const textOf = (manifests: readonly Manifest[]): string => manifests.map(writeYaml).join("---\n");

export interface ReadDraft {
  /** null: the text can't be read; `answer` has the places. */
  readonly manifests: readonly Manifest[] | null;
  readonly answer: YamlAnswer;
}

/** A text's objects; none where anything in it can't be read: half a draft is no draft. */
export function readDraft(text: string): ReadDraft {
  const answer = readYaml(text);
  const whole = answer.problem === undefined && answer.documents.every((document) => "manifest" in document);
  const manifests = answer.documents.flatMap((document) => ("manifest" in document ? [document.manifest] : []));
  return { manifests: whole ? manifests : null, answer };
}

export interface Difference {
  /** As they shall be; those that nobody touched are left out. */
  readonly manifests: readonly Manifest[];
  /** Those that were there and are no longer in the draft. */
  readonly deletions: readonly ObjectRef[];
}

/** What a draft asks for, compared with the objects that it began with. */
export function asked(cluster: string, base: readonly Manifest[], draft: readonly Manifest[]): Difference {
  const before = new Map(base.map((manifest) => [refKey(refOf(cluster, manifest)), manifest]));
  const after = new Set(draft.map((manifest) => refKey(refOf(cluster, manifest))));
  return {
    manifests: draft.filter((manifest) => !same(before.get(refKey(refOf(cluster, manifest))), manifest)),
    deletions: base.map((manifest) => refOf(cluster, manifest)).filter((ref) => !after.has(refKey(ref))),
  };
}

/** The draft after a form's change: objects replaced in place, new ones behind, deleted ones gone. */
export function withChanges(
  cluster: string,
  draft: readonly Manifest[],
  { manifests, deletions }: Pick<IntendedChanges, "manifests" | "deletions">,
): readonly Manifest[] {
  const keyOf = (manifest: Manifest) => refKey(refOf(cluster, manifest));
  const changed = new Map(manifests.map((manifest) => [keyOf(manifest), manifest]));
  const gone = new Set(deletions.map(refKey));
  const known = new Set(draft.map(keyOf));
  return [
    ...draft.filter((manifest) => !gone.has(keyOf(manifest))).map((one) => changed.get(keyOf(one)) ?? one),
    ...manifests.filter((manifest) => !known.has(keyOf(manifest))),
  ];
}

/** Objects of the draft's base that are another today: somebody changed them since. */
export function moved(cluster: string, base: readonly Manifest[], now: readonly Manifest[]): readonly ObjectRef[] {
  const current = new Map(now.map((manifest) => [refKey(refOf(cluster, manifest)), manifest]));
  return base
    .filter((manifest) => !same(current.get(refKey(refOf(cluster, manifest))), manifest))
    .map((manifest) => refOf(cluster, manifest));
}
