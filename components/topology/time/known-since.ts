/** Since when each kind of mark is known, in words (an axis without marks may be one on which nothing is known). Pure. */
import { sayInstant } from "#components/shell/instant.ts";
import type { MarkKind, MarksAnswer } from "#lib/api/marks.ts";

const PLURALS: Readonly<Record<MarkKind, string>> = {
  policy: "policies",
  deployment: "deployments",
  restart: "restarts",
  change: "the console's own changes",
};

/** `Known: policies since 12:00:00; restarts: the last of each pod.` `now`: whose day needs no date. */
export function knownSince(answer: Pick<MarksAnswer, "knownSince">, now: Date): string {
  const said = answer.knownSince.map(({ kind, since, text }) =>
    since === null
      ? `${PLURALS[kind]}: ${text.replace(/\.$/, "")}`
      : `${PLURALS[kind]} since ${sayInstant(since, now)}`,
  );
  return said.length === 0 ? "Nothing is known of changes." : `Known: ${said.join("; ")}.`;
}
