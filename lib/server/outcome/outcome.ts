/** GET /changes/{id}/outcome: what the traffic did since a change, beside what was predicted of it. */
import { formatInstant } from "#lib/api/instant.ts";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import { formatAge } from "#lib/format.ts";
import type { NodeKey } from "#lib/graph/id.ts";
import type { ClusterInventory, Inventory } from "#lib/inventory/model.ts";
import { gatewayNamespaces, scopeOf } from "#lib/mesh/impact.ts";
import { compareOutcome, routedServices, ruledService, servingOf } from "#lib/mesh/outcome.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { JudgedItem, Prediction } from "#lib/policy/outcome.ts";
import { refKey } from "#lib/policy/ref.ts";
import { seconds, unixSeconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import type { Credential } from "../identity.ts";
import { seesObject } from "../plan/access.ts";
import type { PlanUseCases } from "../plan/use-cases.ts";
import { visiblePrediction } from "../plan/visible-prediction.ts";
import type { Written } from "../plan/written.ts";
import type { Viewers } from "../rights/viewers.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { type Measured, measure } from "./measure.ts";
import { OVER, timesOf } from "./times.ts";

export interface OutcomeDeps {
  readonly plans: Pick<PlanUseCases, "written">;
  readonly telemetry: Telemetry;
  readonly timers: Timers;
  readonly viewers: Pick<Viewers, "textFor">;
  readonly rootNamespace: (cluster: string) => string;
  readonly inventory: () => Inventory;
}

type Nothing = Pick<OutcomeAnswer, "pairs" | "morePairs" | "shares" | "findings" | "adverse" | "limits">;

/** The worst of very many. */
const PAIRS = 200;
const FINDINGS = 50;
const OTHERS = 20;

/** @throws MeshscopeError `not_found`, `forbidden`, `conflict` for a change that left nothing, `reauth` */
export async function outcomeOf(
  deps: OutcomeDeps,
  credential: Credential,
  id: string,
  signal?: AbortSignal,
): Promise<OutcomeAnswer> {
  const { telemetry, timers, viewers } = deps;
  const change = await deps.plans.written(credential, id, signal);
  const { cluster, viewer } = change;
  const text = viewers.textFor(viewer.visibility);
  const { prediction, notPredicted } = visiblePrediction(cluster, change.kept, {
    visible: viewer.visibility.namespace,
    mayList: (ref) =>
      seesObject(viewer.visibility, ref) && viewer.mayList(ref.cluster, kindKey(ref), ref.namespace, ref.name),
    text,
  });
  const covering = telemetry.sources.filter(({ info }) => info.clusters.includes(cluster));
  await Promise.allSettled(covering.map((source) => source.learn(signal)));
  signal?.throwIfAborted();
  const scrape = Math.max(0, ...covering.map((source) => source.scrapeInterval() ?? 0));
  const again = change.again === null ? null : Date.parse(change.again.when) / 1000;
  const times = timesOf({ ...change, again, now: timers.now(), scrape: seconds(scrape) });
  const base = {
    ...headOf(change),
    from: formatInstant(times.from),
    to: formatInstant(times.to),
    ended: times.ended === "again" ? againOf(change) : times.ended === "over" ? AFTER : null,
    prediction: prediction && summaryOf(prediction),
    notPredicted,
  };
  const nothing: Nothing = { pairs: [], morePairs: 0, shares: [], findings: [], adverse: false, limits: [] };
  const untold = (state: "not-yet" | "unknown", reason: string): OutcomeAnswer => {
    const said = text(reason);
    const items: readonly JudgedItem[] = (prediction?.items ?? []).map((item) => ({
      item,
      judgement: "unknown",
      why: said,
      expected: null,
      measured: null,
    }));
    return structuredClone({ ...base, ...nothing, items, state, reason: said, before: null }) as OutcomeAnswer;
  };
  if (covering.length === 0) return untold("unknown", `No Prometheus is configured for cluster "${cluster}".`);
  const { length, least } = times;
  if (length < least)
    return times.ended === null
      ? untold(
          "not-yet",
          `Numbers need ${formatAge(least)} of samples since the change, of which there are ${formatAge(length)}.`,
        )
      : untold("unknown", `It stood for ${formatAge(length)} alone: numbers need ${formatAge(least)} of samples.`);
  const measured = await measure(telemetry, cluster, times, viewer.visibility, signal);
  if (typeof measured === "string") return untold("unknown", measured);
  const compared = compareOutcome({
    ...measured,
    prediction,
    reaches: reachOf(change, deps.rootNamespace(cluster), deps.inventory().get(cluster)),
    services: routedServices(cluster, change.objects),
    about: ruledService(cluster, change.objects),
    serving: servingOf(deps.inventory()),
  });
  return structuredClone({
    ...base,
    ...{ state: "told", reason: null, before: beforeOf(measured, times.began) },
    ...compared,
    ...{ pairs: compared.pairs.slice(0, PAIRS), morePairs: Math.max(0, compared.pairs.length - PAIRS) },
    findings: compared.findings.slice(0, FINDINGS),
    limits: measured.limits.map(text),
  }) as OutcomeAnswer;
}

function summaryOf({ items, ...head }: Prediction): OutcomeAnswer["prediction"] {
  return { ...head, gaps: [...head.gaps], pairs: items.length };
}

const AFTER = `What came more than ${formatAge(OVER)} after the change isn’t looked at.`;

const againOf = ({ again }: Written): string =>
  `It was changed again at ${again?.when ?? ""}${again?.who == null ? "" : ` by ${again.who}`}: what came after isn’t counted.`;

function headOf({ cluster, planId, objects, began, finished, since }: Written) {
  return {
    ...{ cluster, planId, began: formatInstant(began), finished: formatInstant(finished) },
    objects: objects.map(({ object, op, changeId }) => ({ object, op, changeId })),
    // The first ones: what came later can't be the cause.
    others: since.slice(0, OTHERS),
    moreOthers: Math.max(0, since.length - OTHERS),
  };
}

function beforeOf({ before }: Measured, began: number): OutcomeAnswer["before"] {
  if (before.seconds === 0) return null;
  return { from: formatInstant(unixSeconds(began - before.seconds)), to: formatInstant(unixSeconds(began)) };
}

/** Whose calls the change can concern, as wide as its objects reach. */
function reachOf(
  { objects }: Written,
  rootNamespace: string,
  inventory: ClusterInventory | undefined,
): (source: NodeKey, target: NodeKey) => boolean {
  const unique = [...new Map(objects.map((each) => [refKey(each.object), each])).values()];
  const gateways = inventory === undefined ? new Set<string>() : gatewayNamespaces(inventory);
  const scope = scopeOf(unique, rootNamespace, gateways);
  if (scope === null) return () => true;
  const namespaces = new Set(scope.namespaces);
  return (source, target) => namespaces.has((scope.side === "source" ? source : target).namespace);
}
