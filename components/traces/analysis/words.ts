/** An analysis in words. Names from outside are pieces of their own, so that each can be kept apart from the sentence. Pure. */
import type { AnalysisResult, Coincidence } from "#lib/api/trace-analysis.ts";
import { durationText, signedText } from "#lib/tracing/view/words.ts";

export type Contributor = AnalysisResult["contributors"][number];
export type Kind = Contributor["kind"];
export type Estimate = Contributor["now"]["mean"];

/** Part of a sentence: our own words, or a name. */
export type Piece = string | { readonly name: string };

const name = (text: string): Piece => ({ name: text || "no name" });

export const KIND_WORDS: Readonly<Record<Kind, string>> = {
  self: "own work",
  waiting: "waiting",
  retry: "retries",
  gap: "gap",
  sequential: "one by one",
};

export const KIND_SAYS: Readonly<Record<Kind, string>> = {
  self: "Work of the span itself while the end waited for it",
  waiting: "A call on its way, or one whose other side left no span",
  retry: "Attempts in vain under one client's span, and the pauses after them",
  gap: "A millisecond or more between two calls that no span explains",
  sequential:
    "Calls one right after the other: the most that making them at once would save. Whether they may be is not told by spans, and others count this time too",
};

/** Milliseconds, as spans are told. */
export const msText = (ms: number): string => durationText(ms * 1e6);
export const signedMs = (ms: number): string => (ms === 0 ? "±0" : signedText(ms * 1e6));

/** The interval of a value, as far as the sample gives one; null where it gives none. */
export function rangeText({ low, high }: Estimate, write: (ms: number) => string = msText): string | null {
  if (low !== null && high !== null) return `${write(low)} to ${write(high)}`;
  if (low !== null) return `at least ${write(low)}`;
  return high === null ? null : `at most ${write(high)}`;
}

/** What takes the time, as it stands in a row and in a sentence. */
export function contributorPieces({ kind, service, operation, target }: Contributor): readonly Piece[] {
  const call: readonly Piece[] = [name(service), " → ", target === null ? "a host without a name" : name(target)];
  switch (kind) {
    case "self":
      return [name(service), " ", name(operation)];
    case "waiting":
      return call;
    case "retry":
      return ["retries of ", ...call];
    case "gap":
      return ["a gap in ", name(service), " ", name(operation)];
    case "sequential":
      return ["calls of ", name(service), " one by one"];
  }
}

/** `deployment inventory v7`, `a restart of pg-0`, `a change of DestinationRule shop/limits`. */
export function coincidencePieces(
  { kind, object, concerns }: Coincidence,
  { service, newVersions }: Pick<Contributor, "service" | "newVersions">,
): readonly Piece[] {
  if (kind === "restart") return ["a restart of ", name(object.name)];
  if (kind === "deployment") {
    // Versions are told by the service's spans, so they are of its own deployment alone.
    const own = object.name.startsWith(service.split(".")[0] ?? service);
    return ["deployment ", name(object.name), ...(own ? newVersions.flatMap((version) => [" ", name(version)]) : [])];
  }
  const what = `${object.kind} ${object.namespace === null ? "" : `${object.namespace}/`}${object.name}`;
  return [concerns === "namespace" ? "the deletion of " : "a change of ", name(what)];
}

/** How long before or after the rise: `2 min before`. null where no instant of a rise is known. */
export function lagText(at: string, since: string | null): string | null {
  if (since === null) return null;
  const seconds = Math.round((Date.parse(at) - Date.parse(since)) / 1000);
  const size = Math.abs(seconds) < 90 ? `${Math.abs(seconds)} s` : `${Math.round(Math.abs(seconds) / 60)} min`;
  return seconds === 0 ? "at the same second" : `${size} ${seconds < 0 ? "before" : "after"} the rise was first seen`;
}

export const plain = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (typeof piece === "string" ? piece : piece.name)).join("");
