/** What a plan or a draft would do to calls that were seen, told as far as the viewer may see them. */
import { formatInstant } from "#lib/api/instant.ts";
import {
  asksLatency,
  EVALUATED,
  endedTrials,
  gatewayNamespaces,
  type Impact,
  type ImpactInput,
  impactOf,
  NEEDED,
  pairsSeen,
  scopeOf,
} from "#lib/mesh/impact.ts";
import type { ImpactItem, ImpactView } from "#lib/policy/impact.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Timers } from "../clock.ts";
import type { PolicyDeps, Viewer } from "../policy/deps.ts";
import { meshOf } from "../policy/settings.ts";
import { sees, silence, unreadOf } from "../policy/told.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { classified, shadowsOf } from "./evidence.ts";
import { readTraffic, type Traffic } from "./traffic.ts";
import { worstOf } from "./worst.ts";

export interface ImpactDeps extends Pick<PolicyDeps, "store" | "port" | "inventory" | "rootNamespace"> {
  readonly telemetry: Telemetry;
  readonly timers: Timers;
  /** Texts of sources as the viewer may be told them. */
  readonly text: (viewer: Viewer) => (text: string) => string;
}

export interface Wanted {
  readonly before: Manifest | null;
  readonly after: Manifest | null;
}

export interface PlanImpact {
  /** By change, of very many the worst; null: not evaluated. */
  readonly items: readonly (readonly ImpactItem[] | null)[];
  /** By change, items of it that aren't among them. */
  readonly left: readonly number[];
  /** null: nothing was. */
  readonly view: ImpactView | null;
  /** Why something wasn't. */
  readonly reason: string | null;
}

/** What an impact is worked out of. */
export interface Worked extends Omit<ImpactInput, "calls"> {
  readonly traffic: Traffic;
}

export class Impacts {
  readonly #deps: ImpactDeps;

  constructor(deps: ImpactDeps) {
    this.#deps = deps;
  }

  /** Of one cluster. Prometheus that fails doesn't fail it: then the reason says so. Rejects only by the signal. */
  async of(cluster: string, viewer: Viewer, changes: readonly Wanted[], signal?: AbortSignal): Promise<PlanImpact> {
    const evaluated = evaluatedOf(changes);
    const others = [...new Set(changes.filter((each) => !evaluated.includes(each)).map(kindOf))];
    const left = others.length === 0 ? null : `What a change of ${others.join(", ")} does to calls isn’t worked out.`;
    const nothing = (reason: string): PlanImpact => ({
      ...{ items: changes.map(() => null), left: changes.map(() => 0), view: null, reason },
    });
    if (evaluated.length === 0) return nothing(left ?? "There is nothing to work out.");
    const worked = await this.work(cluster, viewer, evaluated, signal);
    if (typeof worked === "string") return nothing(worked);
    const found = impactOf({ ...worked, calls: worked.traffic.calls });
    const shown = worstOf(found.items);
    const old = silence(this.#deps.store.clusters().get(cluster), this.#deps.timers.now());
    const traffic = { ...worked.traffic, limits: [...old, ...worked.traffic.limits] };
    return {
      items: changes.map((each) => shown.items[evaluated.indexOf(each)] ?? null),
      left: changes.map((each) => shown.left[evaluated.indexOf(each)] ?? 0),
      view: viewOf(found, shown.items, traffic, this.#deps.text(viewer)),
      reason: left,
    };
  }

  /** What the impact of changes follows from, each of a kind that is worked out; a text: why it can't be. Rejects only by the signal. */
  async work(
    cluster: string,
    viewer: Viewer,
    evaluated: readonly Wanted[],
    signal?: AbortSignal,
  ): Promise<Worked | string> {
    const { store, rootNamespace, telemetry, timers } = this.#deps;
    const inventory = this.#deps.inventory().get(cluster);
    const unread = unreadOf(store.clusters().get(cluster));
    const blind = [...new Set([...NEEDED, ...evaluated.map(kindOf)])].flatMap((kind) => unread(kind) ?? []);
    const [first] = inventory === undefined ? ["the cluster’s workloads haven’t been read yet"] : blind;
    if (inventory === undefined || first !== undefined) return `Not all that decides about calls is known: ${first}.`;
    const scope = scopeOf(evaluated, rootNamespace(cluster), gatewayNamespaces(inventory));
    const known = await readTraffic(telemetry, timers, cluster, { scope, latency: asksLatency(evaluated) }, signal);
    if (typeof known === "string") return this.#deps.text(viewer)(known);
    const { mesh, objects, read, discovers } = meshOf(this.#deps, cluster, viewer);
    const traffic = await classified(telemetry, known, { scope, objects, unread }, signal);
    const changed = evaluated.map(({ before, after }) => ({
      before: before && read(before),
      after: after && read(after),
    }));
    const shadows = endedTrials(changed, objects).length === 0 ? null : await shadowsOf(telemetry, traffic, signal);
    return {
      ...{ traffic, changes: changed, visible: viewer.visibility.namespace },
      ...(shadows === null ? {} : { shadows }),
      world: {
        ...{ cluster, rootNamespace: rootNamespace(cluster), inventory, unread },
        elsewhere: [...this.#deps.inventory().values()].filter((each) => each.cluster !== cluster),
        sees: (manifest) => sees(this.#deps, cluster, viewer, manifest),
        ...{ mesh, objects, discovers },
      },
    };
  }
}

/** Those of kinds whose effect on calls is worked out. */
export const evaluatedOf = (changes: readonly Wanted[]): readonly Wanted[] =>
  changes.filter((each) => EVALUATED.has(kindOf(each)));

const kindOf = ({ before, after }: Wanted): string => manifestKindKey(after ?? before ?? NOTHING);

const NOTHING: Manifest = { apiVersion: "", kind: "", metadata: { name: "" } };

function viewOf(
  { totals, unseen, gaps }: Impact,
  shown: Impact["items"],
  { at, window, week, limits, calls }: Traffic,
  text: (text: string) => string,
): ImpactView {
  const pairs = pairsSeen(calls);
  return {
    ...{ at: formatInstant(at), window, totals, unseen, gaps, limits: limits.map(text) },
    shown: shown.flat().length,
    hourPairs: pairs.hour,
    weekPairs: week ? pairs.week : null,
  };
}
