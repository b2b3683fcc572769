/** Decodes predictions out of records, which anybody with the right to write ControllerRevisions may have made. Bounded. */
import { parseInstant } from "#lib/api/instant.ts";
import { durationSeconds } from "#lib/api/windows.ts";
import { parseNodeId } from "#lib/graph/id.ts";
import type { Protocol } from "#lib/graph/model.ts";
import { type Certainty, type ImpactVerdict, VERDICTS } from "#lib/policy/impact.ts";
import { listAt, own, textAt } from "#lib/policy/json.ts";
import type { PredictedItem } from "#lib/policy/outcome.ts";
import { plainText } from "./audit.ts";
import { objectRef } from "./journal.ts";
import type { PredictionHead } from "./predicted.ts";

const LONGEST = 1024;
const TEXT = 300;
const TEXTS = 8;
const CERTAINTIES: ReadonlySet<string> = new Set<Certainty>(["certain", "bounded", "unknown"]);
const PROTOCOLS: ReadonlySet<string> = new Set<Protocol>(["http", "grpc", "tcp"]);
const KNOWN: ReadonlySet<string> = new Set(VERDICTS);

const amount = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
const texts = (value: readonly unknown[]): readonly string[] =>
  value.slice(0, TEXTS).flatMap((text) => (typeof text === "string" ? [plainText(text, TEXT)] : []));

export function readHead(value: unknown): PredictionHead | null {
  const [when, window] = [textAt(value, "at"), textAt(value, "window")];
  if (when === null || when.length > 64 || parseInstant(when) === null) return null;
  if (window === null || durationSeconds(window) === null) return null;
  const unseen = amount(own(value, "unseen"));
  return {
    at: when,
    window,
    unseen: unseen ?? 0,
    gaps: texts(listAt(value, "gaps")),
    limited: own(value, "limited") === true,
  };
}

/** Those that can be read; others are left out. */
export function readItems(value: unknown, most: number): readonly PredictedItem[] {
  return Array.isArray(value) ? value.slice(0, most).flatMap((each: unknown) => readItem(each) ?? []) : [];
}

function readItem(value: unknown): PredictedItem | null {
  const [verdict, certainty, protocol] = [
    textAt(value, "verdict"),
    textAt(value, "certainty"),
    textAt(value, "protocol"),
  ];
  const [source, target, seen] = [textAt(value, "source"), textAt(value, "target"), textAt(value, "seen")];
  const [min, max, rate] = [amount(own(value, "min")), amount(own(value, "max")), amount(own(value, "rate"))];
  if (verdict === null || !KNOWN.has(verdict) || certainty === null || !CERTAINTIES.has(certainty)) return null;
  if (protocol === null || !PROTOCOLS.has(protocol) || (seen !== "hour" && seen !== "week")) return null;
  if (min === null || max === null || rate === null || min > max) return null;
  if (!isNode(source) || !isNode(target)) return null;
  return {
    ...{ verdict: verdict as ImpactVerdict, certainty: certainty as Certainty, protocol: protocol as Protocol },
    ...{ source, target, seen, min, max, rate },
    rule: readRule(own(value, "rule")),
    blindSpots: texts(listAt(value, "blindSpots")),
  };
}

const isNode = (id: string | null): id is string => id !== null && id.length <= LONGEST && parseNodeId(id) !== null;

function readRule(value: unknown): PredictedItem["rule"] {
  const [object, path] = [own(value, "object"), own(value, "path")];
  const cluster = textAt(object, "cluster");
  const ref = cluster === null ? null : objectRef(cluster, object);
  if (ref === null || typeof path !== "string" || JSON.stringify(ref).length > LONGEST) return null;
  return { object: ref, path: plainText(path, TEXT) };
}
