/** A row's numbers as text. Pure. */
import { STATE_WORDS } from "#components/ui/state-mark.tsx";
import { formatErrors, formatMs, formatNumber, formatRate, NO_DATA } from "#lib/format.ts";
import type { Row } from "#lib/live/messages.ts";
import { milliseconds, perSecond } from "#lib/units.ts";

export interface RowCells {
  readonly kind: string;
  readonly state: string;
  readonly rate: string;
  readonly errors: string;
  readonly p95: string;
  /** What a dry run would deny of it; "" where none of it, or where nothing is counted. */
  readonly trial: string;
}

/** A connection has no requests: its cells say so with a dash, not with "no data". */
export function rowCells(row: Row): RowCells {
  const tcp = row.protocol === "tcp";
  const idle = row.state === "idle";
  const none = tcp || idle ? "–" : NO_DATA;
  // Quantiles of several callers don't add up: a node with more than one has none, which is not missing data.
  const noQuantile = row.kind === "node" ? "–" : none;
  return {
    kind: row.kind === "edge" ? (row.protocol ?? "edge") : "node",
    state: STATE_WORDS[row.state],
    rate: row.rate === null ? none : formatRate(perSecond(row.rate)),
    errors: row.errorRate === null ? none : formatErrors(row),
    p95: row.p95 === null ? noQuantile : formatMs(milliseconds(row.p95)),
    trial: trialOf(row),
  };
}

/** `a dry run would deny 0 to 2.4 req/s`. */
function trialOf({ denied, deniedAtMost, deniedMore, protocol }: Row): string {
  if (denied === null || deniedAtMost === null || (deniedAtMost === 0 && !deniedMore)) return "";
  const from = `${deniedMore ? "at least " : ""}${denied === deniedAtMost ? "" : `${formatNumber(denied)} to `}`;
  return `a dry run would deny ${from}${formatRate(perSecond(deniedAtMost), protocol === "tcp" ? "conn/s" : "req/s")}`;
}
