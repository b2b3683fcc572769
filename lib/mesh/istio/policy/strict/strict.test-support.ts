/** Paths of few objects and calls, and their rows in a line. */
import { parseNodeId } from "#lib/graph/id.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StrictPair, StrictPath } from "#lib/policy/strict.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { object, worldOf } from "../impact/impact.test-support.ts";
import type { ImpactWorld } from "../impact/sides.ts";
import { strictPath } from "./path.ts";
import type { SeenCalls } from "./seen.ts";

export const peer = (text: string, place = "shop/p") => object("PeerAuthentication", place, text);
export const rule = (text: string, place: string, host: string) =>
  object("DestinationRule", place, `host: ${host}, ${text}`);
export const mode = (name: string) => `mtls: {mode: ${name}}`;
export const REVIEWS = "reviews.shop.svc.cluster.local";
export const UNMEASURED = { mtls: { share: null, basis: "unknown" }, callers: new Map() } as const;

interface Given extends Partial<Pick<ImpactWorld, "sees" | "unread" | "inventory">> {
  readonly objects?: readonly Manifest[];
  readonly namespace?: string | null;
  readonly seen?: null;
  readonly whole?: boolean;
  readonly reporting?: number;
  readonly scraped?: SeenCalls["scraped"];
  readonly visible?: (cluster: string, namespace: string) => boolean;
}

export function path(calls: readonly ObservedCall[], given: Given = {}): StrictPath {
  const { objects = [], namespace = "shop", whole = true, reporting = 1, seen, ...others } = given;
  const { visible = () => true, scraped = () => "throughout", ...more } = others;
  return strictPath({
    ...{ namespace, visible, world: worldOf(objects, more) },
    seen: seen === null ? null : { calls, whole, coverage: () => ({ reporting, pods: 1 }), scraped },
  });
}
export const of = (found: StrictPath, name = "shop") => found.namespaces.find(({ namespace }) => namespace === name);
const short = (id: string) => {
  const key = parseNodeId(id);
  return key === null ? id : key.kind === "workload" ? `${key.namespace}/${key.name}` : key.kind;
};
export const said = ({ source, target, sends, basis, refused, rate, seen, rule: by, blindSpots }: StrictPair) =>
  [
    `${short(source)} > ${short(target)}: ${sends} ${basis ?? "?"}`,
    `${refused === null ? "perhaps refused" : refused ? "refused" : "untouched"} ${rate}${seen === "week" ? " (week)" : ""}`,
    ...(by === null ? [] : [`by ${by.object.name} ${by.path}`]),
    ...(blindSpots.length === 0 ? [] : [`lacks ${blindSpots.join(", ")}`]),
  ].join(", ");
