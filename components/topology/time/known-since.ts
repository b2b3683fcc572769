/** Since when each kind of mark is known, in words (an axis without marks may be one on which nothing is known). Pure. */
import { sayInstant } from "#components/shell/instant.ts";
import { MARK_KINDS, type MarkKind, type MarksAnswer } from "#lib/query/marks.ts";

const PLURALS: Readonly<Record<MarkKind, string>> = {
  policy: "policies",
  deployment: "deployments",
  restart: "restarts",
  change: "the console's own changes",
};

/** `Known: policies since 12:00:00, restarts not at all.` `now`: whose day needs no date. */
export function knownSince(answer: Pick<MarksAnswer, "knownSince">, now: Date): string {
  const said = MARK_KINDS.flatMap((kind) => {
    const since = answer.knownSince[kind];
    if (since === undefined) return [];
    return since === null ? `${PLURALS[kind]} not at all` : `${PLURALS[kind]} since ${sayInstant(since, now)}`;
  });
  return said.length === 0 ? "Nothing is known of changes." : `Known: ${said.join(", ")}.`;
}
