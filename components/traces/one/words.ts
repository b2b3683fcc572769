/** What is said of spans. Pure. */
import { formatPlural } from "#lib/format.ts";
import type { TracePicture } from "#lib/tracing/view/picture.ts";
import { durationText } from "#lib/tracing/view/words.ts";

type Columns = Pick<
  TracePicture,
  "services" | "service" | "names" | "name" | "start" | "end" | "failed" | "onPath" | "warned" | "attempt" | "attempts"
>;

/** `attempt 2 of 3`; null for what is no attempt. */
export function attemptText({ attempt, attempts }: Pick<Columns, "attempt" | "attempts">, row: number): string | null {
  const nth = attempt[row] ?? 0;
  return nth === 0 ? null : `attempt ${nth} of ${attempts[row] ?? nth}`;
}

/** A span in one sentence, for who hears it. */
export function spokenSpan(picture: Columns, row: number): string {
  const warned = picture.warned[row] ?? 0;
  const parts = [
    picture.services[picture.service[row] ?? 0] || "no service name",
    picture.names[picture.name[row] ?? 0] || "no name",
    durationText((picture.end[row] ?? 0) - (picture.start[row] ?? 0)),
    `from ${durationText(picture.start[row] ?? 0)}`,
    picture.failed[row] === 1 ? "failed" : null,
    attemptText(picture, row),
    (picture.onPath[row] ?? 0) > 0 ? "on the critical path" : null,
    warned > 0 ? formatPlural(warned, "warning") : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** What each of a trace's warnings is called in a list; those that a newer server knows keep their code. */
const WARNINGS: Readonly<Record<string, string>> = {
  backend: "From the backend",
  cut: "Cut short",
  dropped: "Dropped by the instrumentation",
  "bad-id": "Ids that are none",
  "bad-time": "Times that are none",
  "missing-parent": "Caller missing",
  cycle: "Calls in a circle",
  "duplicate-id": "Same id twice",
  "negative-duration": "Ends before it begins",
  future: "In the future",
  far: "Far away in time",
  "clock-skew": "Clocks disagree",
  "several-roots": "Several beginnings",
  "no-root": "Beginning missing",
  partial: "Incomplete",
  hidden: "Hidden from you",
};

export const warningTitle = (code: string): string => (Object.hasOwn(WARNINGS, code) ? (WARNINGS[code] ?? code) : code);
