import { diffManifests } from "#lib/policy/diff.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { refKey, refText } from "#lib/policy/ref.ts";
import { Notice } from "../notice.tsx";
import { DiffLines } from "./diff-lines.tsx";
import type { Replaced } from "./use-plan-flow.ts";

/** Why this plan took the place of one that was read: what was there, what somebody made of it meanwhile. */
export function Instead({ instead, plan }: { readonly instead: Replaced; readonly plan: Plan }) {
  if (instead.because === "expired")
    return (
      <Notice tone="degraded" role="alert" title="The plan had expired.">
        A plan holds for 15 minutes. This is a new one of the same draft: read it again.
      </Notice>
    );
  const moved = plan.steps.flatMap((step) => {
    const old = instead.of.steps.find(({ object }) => refKey(object) === refKey(step.object));
    if (old === undefined) return [];
    const theirs = diffManifests(old.before, step.before);
    return theirs.changes.length === 0 ? [] : [{ step, old, theirs }];
  });
  return (
    <>
      <Notice tone="degraded" role="alert" title="Somebody changed it in between.">
        Nothing was written. Below is a new plan of your draft on what is there now: read it again.
      </Notice>
      {moved.map(({ step, old, theirs }) => (
        <details key={refKey(step.object)} open>
          <summary className="cursor-pointer">{refText(step.object)}: base, theirs, mine</summary>
          <h3 className="eyebrow mt-2 mb-1">Theirs: what became of the base you read</h3>
          <DiffLines lines={theirs.lines} label="What they changed" />
          <h3 className="eyebrow mt-2 mb-1">Mine: what you wanted of that base</h3>
          <DiffLines lines={old.diff.lines} label="What you wanted" />
        </details>
      ))}
    </>
  );
}
