import type { PlanFlow } from "#components/policies/plan/use-plan-flow.ts";
import type { ManifestDraft } from "./use-manifest-draft.ts";

/** A plan is of one draft: whatever is changed in it, what was read no longer counts. */
export function steadyDraft(draft: ManifestDraft, flow: PlanFlow): ManifestDraft {
  const stale = () => {
    const { phase } = flow.state;
    if (phase === "ready" || phase === "refused" || phase === "planning") flow.discard();
  };
  return {
    ...draft,
    write: (text) => {
      stale();
      draft.write(text);
    },
    change: (intent, from) => {
      stale();
      return draft.change(intent, from);
    },
    discard: () => {
      stale();
      draft.discard();
    },
  };
}
