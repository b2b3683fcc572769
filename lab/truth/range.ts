export interface Range {
  /** Unix seconds. */
  readonly start: number;
  readonly end: number;
  /** Also edges that no proxy could see. */
  readonly all: boolean;
}

/** Reads `start` and `end` (RFC 3339 or unix seconds; default: the last minute); a sentence where they make no range. */
export function readRange(query: URLSearchParams, now: number): Range | string {
  const end = instant(query.get("end")) ?? (query.has("end") ? Number.NaN : now);
  const start = instant(query.get("start")) ?? (query.has("start") ? Number.NaN : end - 60);
  if (Number.isNaN(start) || Number.isNaN(end)) return "start and end are RFC 3339 instants or unix seconds";
  if (start >= end) return "start must lie before end";
  return { start, end, all: query.get("all") === "true" };
}

function instant(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms / 1000;
}
