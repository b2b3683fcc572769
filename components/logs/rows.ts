/** A log's lines as rows: where the span begins and ends among them, which of them name it, which are looked for. Pure. */
import type { LogAnswerLine } from "#lib/api/logs.ts";
import { parseNanoseconds } from "#lib/nanoseconds.ts";

/** When the span was, by the clock of its node; and what lines call it. */
export interface Moment {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly spanId: string;
  readonly traceId: string;
  /** Envoy's x-request-id, where its tags have it: Istio's access logs name no trace. */
  readonly requestId: string | null;
}

export type Named = "span" | "trace" | null;

export type LogRow =
  | { readonly kind: "line"; readonly line: LogAnswerLine; readonly index: number; readonly named: Named }
  | { readonly kind: "begin" | "end" };

/** Does a line name the span, or another of its trace? Ids count whole, in whatever case. */
export function namedIn(text: string, moment: Moment): Named {
  const lower = text.toLowerCase();
  if (moment.spanId !== "" && lower.includes(moment.spanId)) return "span";
  const ids = [moment.traceId, moment.requestId?.toLowerCase() ?? ""];
  return ids.some((id) => id.length >= 16 && lower.includes(id)) ? "trace" : null;
}

/** Lines with all of these words in them; every line where there are none. */
export function rowsOf(lines: readonly LogAnswerLine[], moment: Moment | null, find: string): readonly LogRow[] {
  const words = find.toLowerCase().split(/\s+/).filter(Boolean);
  const marks =
    moment === null
      ? []
      : [moment.startNs, moment.endNs].map((at, i) => ({ at, kind: (["begin", "end"] as const)[i] ?? "end" }));
  const rows: LogRow[] = [];
  const pass = (upTo: bigint | null): void => {
    while (marks[0] !== undefined && (upTo === null || marks[0].at <= upTo)) {
      const [mark] = marks.splice(0, 1);
      if (mark) rows.push({ kind: mark.kind });
    }
  };
  for (const [index, line] of lines.entries()) {
    const at = line.at === null ? null : parseNanoseconds(line.at);
    if (at !== null) pass(at);
    const lower = line.text.toLowerCase();
    if (!words.every((word) => lower.includes(word))) continue;
    rows.push({ kind: "line", line, index, named: moment === null ? null : namedIn(line.text, moment) });
  }
  pass(null);
  return rows;
}

/** How a line's time is said: after the span's begin, or by the clock where there is none. */
export function offsetNs(line: LogAnswerLine, moment: Moment | null): number | null {
  const at = line.at === null || moment === null ? null : parseNanoseconds(line.at);
  return at === null || moment === null ? null : Number(at - moment.startNs);
}

/** What is copied: the lines that are shown, as `kubectl logs --timestamps` has them. */
export function textOf(rows: readonly LogRow[]): string {
  return rows.flatMap((row) => (row.kind === "line" ? [`${row.line.at ?? "-"} ${row.line.text}\n`] : [])).join("");
}
