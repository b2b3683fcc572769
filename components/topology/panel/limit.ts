/** The limit behind a colour, in words. Pure. */
import { formatPercent } from "#lib/format.ts";
import type { GraphEdge, HealthLimit } from "#lib/graph/model.ts";
import { ratio } from "#lib/units.ts";
import { LIMIT_WORDS } from "../words.ts";

const list = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? "") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

type Limit = Omit<HealthLimit, "share">;

const whatCounts = ({ outcomes }: Limit): string =>
  outcomes.length === 0 ? "have a code that counts" : list(outcomes.map((one) => LIMIT_WORDS[one]));

/** `By the target's limit it is degraded from the first one and failing from 10 % on.` */
function bounds({ degraded, failing, direction }: Limit, subject: string): string {
  const from = degraded === 0 ? "the first one" : formatPercent(ratio(degraded / 100));
  const whose = direction === "inbound" ? "the target's limit" : "the caller's limit";
  return `By ${whose} ${subject} degraded from ${from} and failing from ${formatPercent(ratio(failing / 100))} on.`;
}

/** `12.5 % never arrived or failed at the server. By the target's limit it is degraded from the first, failing from 10 %.` */
export function limitSentence(limit: HealthLimit): string {
  return `${formatPercent(limit.share)} ${whatCounts(limit)}. ${bounds(limit, "it is")}`;
}

/** Of several edges: `Requests that never arrived or failed at the server. By the target's limit an edge is degraded from …` */
export function limitOfMany(limit: Limit | null): string {
  if (limit === null) {
    return "Connections that failed to open. An edge is degraded from the first one and failing from 10 % on.";
  }
  const what = limit.outcomes.length === 0 ? "with a code that counts" : `that ${whatCounts(limit)}`;
  return `Requests ${what}. ${bounds(limit, "an edge is")}`;
}

/** null where no limit of requests decided: connections, or nothing wrong. */
export function edgeLimit(edge: GraphEdge): string | null {
  return edge.limit === undefined ? null : limitSentence(edge.limit);
}
