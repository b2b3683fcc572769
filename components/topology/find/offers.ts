/** What this view lacks for an expression and would have to ask the server for, with the change of the address that does. Pure. */
import { stepInstant } from "#components/shell/typed-instant.ts";
import type { UrlPatch, UrlState } from "#components/shell/url-state.ts";
import type { Aid, AskedAid } from "#lib/graph/find/aids.ts";
import type { Lens } from "#lib/graph/model.ts";
import type { LiveStatus } from "#lib/live/messages.ts";
import { RUNNING } from "../running.ts";

export interface Offer {
  /** What is so. */
  readonly text: string;
  /** What a press does. */
  readonly label: string;
  readonly patch: (now: Date) => UrlPatch;
}

const HOUR_MS = 3_600_000;

/** Where every mark stands for a group, nothing inside is one. */
function lensOffer(lens: Lens, text: string, { view, detail }: UrlState, grouped: boolean): Offer | null {
  const group = lens === "namespace" || lens === "cluster";
  if (view.lens === lens && !(grouped && !group)) return null;
  return {
    text,
    label: "Draw them",
    patch: () => ({ view: { lens }, detail: group ? detail : "workloads" }),
  };
}

const OFFERS: Readonly<Record<AskedAid, (state: UrlState, drawn: LiveStatus["drawn"]) => Offer | null>> = {
  latencies: ({ view }) =>
    view.latency
      ? null
      : { text: "Latencies are switched off.", label: "Read them", patch: () => ({ view: { latency: true } }) },
  services({ view }, drawn) {
    if (view.lens === "service" || (view.services && drawn === "workloads")) return null;
    const lens = RUNNING.has(view.lens) ? view.lens : "workload";
    return {
      text: "Not every service is a mark here.",
      label: "Draw services",
      patch: () => ({ view: { services: true, lens }, ...(drawn === "groups" ? { detail: "workloads" } : {}) }),
    };
  },
  waypoints: ({ view }) =>
    view.waypoints || !RUNNING.has(view.lens)
      ? null
      : {
          text: "Calls aren’t drawn through waypoints.",
          label: "Draw waypoints",
          patch: () => ({ view: { waypoints: true } }),
        },
  idle: ({ view }) =>
    view.edges === "all"
      ? null
      : {
          text: "Edges that are idle now aren’t read.",
          label: "Draw idle edges",
          patch: () => ({ view: { edges: "all" } }),
        },
  operations: ({ view }, drawn) =>
    view.operations || drawn === "groups" || !RUNNING.has(view.lens)
      ? null
      : {
          text: "Operations aren’t marks here.",
          label: "Draw operations",
          patch: () => ({ view: { operations: true } }),
        },
  change: ({ view }) =>
    view.compareAt !== null
      ? null
      : {
          text: "",
          label: "Compare with an hour ago",
          patch: (now) => ({ view: { compareAt: stepInstant(view.at, -HOUR_MS, now) } }),
        },
  workload: (state, drawn) => lensOffer("workload", "Workloads aren’t marks here.", state, drawn === "groups"),
  app: (state, drawn) =>
    state.view.lens === "versionedApp" && drawn === "workloads"
      ? null
      : lensOffer("app", "Apps aren’t marks here.", state, drawn === "groups"),
  namespace: (state, drawn) =>
    drawn === "groups" ? null : lensOffer("namespace", "Namespaces aren’t marks here.", state, false),
  cluster: (state) => lensOffer("cluster", "Clusters aren’t marks here.", state, false),
};

const isAsked = (aid: Aid): aid is AskedAid => Object.hasOwn(OFFERS, aid);

/** In the order of the expression. */
export function offersFor(state: UrlState, status: Pick<LiveStatus, "drawn" | "find">): readonly Offer[] {
  return status.find.aids.flatMap((aid) => (isAsked(aid) ? (OFFERS[aid](state, status.drawn) ?? []) : []));
}
