/**
 * What was predicted of a change, kept with its record. Pairs within the record's own namespace stand there in clear; what names other
 * namespaces is sealed with the console's keys, because who may read the record may not see those (docs/adr/0012).
 */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { parseNodeId } from "#lib/graph/id.ts";
import type { ImpactItem } from "#lib/policy/impact.ts";
import { at, own } from "#lib/policy/json.ts";
import type { PredictedItem } from "#lib/policy/outcome.ts";
import type { PlanImpact } from "../impact/impact.ts";
import type { KeyRing } from "../session/keys.ts";
import { plainText } from "./audit.ts";
import type { KeptPrediction, PlanPrediction } from "./predicted.ts";
import { readHead, readItems } from "./read-prediction.ts";

const PURPOSE = "prediction";
/** So many items of a step are kept, the worst: 20 records of each object are. */
const KEPT_ITEMS = 100;
/** A record's share of what etcd takes for one object (1.5 MiB), beside the object as it was and is. */
const KEPT_BYTES = 64 * 1024;
const TEXT = 300;
const TEXTS = 8;

/** What of a plan's impact is kept. Items come worst first. */
export function predictionOf({ items, left, view, reason }: PlanImpact): PlanPrediction {
  return {
    head: view && {
      ...{ at: view.at, window: view.window, unseen: view.unseen },
      gaps: view.gaps.slice(0, TEXTS).map(({ what }) => plainText(what, TEXT)),
      limited: view.limits.length > 0 || view.weekPairs === null,
    },
    reason: reason === null ? null : plainText(reason, TEXT),
    steps: items.map((list, step) => {
      const kept: PredictedItem[] = [];
      let bytes = 0;
      for (const item of (list ?? []).slice(0, KEPT_ITEMS).map(shorter)) {
        bytes += Buffer.byteLength(JSON.stringify(item), "utf8");
        if (bytes > KEPT_BYTES) break;
        kept.push(item);
      }
      return { items: kept, left: (list?.length ?? 0) - kept.length + (left[step] ?? 0) };
    }),
  };
}

function shorter({ why: _, closeWith: __, evidence: ___, blindSpots, ...item }: ImpactItem): PredictedItem {
  return { ...item, blindSpots: blindSpots.slice(0, TEXTS).map((text) => plainText(text, TEXT)) };
}

/** As it lies in the record of a step. */
export async function keep(
  { head, reason, steps }: PlanPrediction,
  { plan, step, namespace }: { readonly plan: string; readonly step: number; readonly namespace: string },
  keys: KeyRing,
): Promise<object> {
  const { items = [], left = 0 } = steps[step] ?? {};
  const open = items.filter((item) => within(item, namespace));
  const others = items.filter((item) => !open.includes(item));
  const bytes = deflateRawSync(Buffer.from(JSON.stringify({ plan, step, items: others, reason }), "utf8"));
  return { head, items: open, left, others: others.length, sealed: await keys.seal(PURPOSE, bytes) };
}

/** Names nothing outside of the namespace. */
function within({ source, target, rule }: PredictedItem, namespace: string): boolean {
  const ends = [source, target].map(parseNodeId);
  const here = ends.every((end) => end?.kind === "unknown" || end?.kind === "restricted" || isOf(end, namespace));
  return here && (rule === null || rule.object.namespace === namespace);
}

const isOf = (end: ReturnType<typeof parseNodeId>, namespace: string): boolean =>
  end !== null && (end.kind === "workload" || end.kind === "service") && end.namespace === namespace;

/** What a record's `predicted` says; null: nothing that could be read, as in records of older versions. */
export async function openKept(
  predicted: unknown,
  { plan, step }: { readonly plan: string; readonly step: number },
  keys: KeyRing,
): Promise<KeptPrediction | null> {
  if (own(predicted, "items") === undefined) return null;
  const head = readHead(own(predicted, "head"));
  const open = readItems(own(predicted, "items"), KEPT_ITEMS);
  const count = (key: string) => {
    const value = own(predicted, key);
    return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : 0;
  };
  const sealed = await unseal(own(predicted, "sealed"), keys);
  // What was sealed for another record says nothing of this one.
  const ours = at(sealed, "plan") === plan && at(sealed, "step") === step;
  const others = ours ? readItems(at(sealed, "items"), KEPT_ITEMS) : [];
  const reason = ours ? at(sealed, "reason") : null;
  return {
    ...{ head, items: [...open, ...others], left: count("left") },
    lost: Math.max(0, count("others") - others.length),
    reason: typeof reason === "string" ? plainText(reason, TEXT) : null,
  };
}

async function unseal(text: unknown, keys: KeyRing): Promise<unknown> {
  if (typeof text !== "string" || text.length > 2 * KEPT_BYTES) return null;
  const bytes = await keys.open(PURPOSE, text);
  if (bytes === null) return null;
  try {
    return JSON.parse(inflateRawSync(bytes, { maxOutputLength: 4 * KEPT_BYTES }).toString("utf8"));
  } catch {
    return null;
  }
}
