/** The limit behind a colour, in words. Pure. */
import { formatPercent } from "#lib/format.ts";
import type { GraphEdge, HealthLimit } from "#lib/graph/model.ts";
import { ratio } from "#lib/units.ts";
import { LIMIT_WORDS } from "../words.ts";

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** `12.5 % never arrived or failed at the server; degraded from the first, failing from 10 %.` */
export function limitSentence(limit: HealthLimit): string {
  const what =
    limit.outcomes.length === 0 ? "have a code that counts" : list(limit.outcomes.map((one) => LIMIT_WORDS[one]));
  const from = limit.degraded === 0 ? "the first one" : formatPercent(ratio(limit.degraded / 100));
  const whose = limit.direction === "inbound" ? "the target's limit" : "the caller's limit";
  return `${formatPercent(limit.share)} ${what}. By ${whose} it is degraded from ${from} and failing from ${formatPercent(ratio(limit.failing / 100))} on.`;
}

/** null where no limit of requests decided: connections, or nothing wrong. */
export function edgeLimit(edge: GraphEdge): string | null {
  return edge.limit === undefined ? null : limitSentence(edge.limit);
}
