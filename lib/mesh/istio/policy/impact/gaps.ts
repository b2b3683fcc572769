/** What of a change isn't worked out: said, so that no silence is taken for "nothing happens". */

import type { ImpactGap } from "#lib/policy/impact.ts";
import { same } from "#lib/policy/json.ts";
import { kindKey, manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { GATEWAY_API, NETWORKING } from "../kinds.ts";
import { OF_BYTES } from "../meaning/effective/route-versions.ts";
import { ROUTES } from "../meaning/effective/way.ts";
import { listAt, specOf, textAt } from "../routing/json.ts";
import { DATAPLANE_MODE } from "./membership.ts";
import { poolGaps, type Visible } from "./pool-gaps.ts";
import type { Change, ImpactWorld } from "./sides.ts";

/** Without these nothing is known of any change; the others have a say at gateways and through routes alone. */
export const NEEDED: ReadonlySet<string> = new Set([
  ...["AuthorizationPolicy", "RequestAuthentication", "PeerAuthentication"],
  ...["VirtualService", "DestinationRule", "Sidecar"],
]);

export const EVALUATED: ReadonlySet<string> = new Set([
  ...NEEDED,
  ...[kindKey({ group: NETWORKING, kind: "Gateway" }), kindKey({ group: GATEWAY_API, kind: "Gateway" })],
  ...[...ROUTES, ...OF_BYTES, "ListenerSet", "ReferenceGrant", "Namespace", "ServiceEntry"],
]);

const STATS = "access logs of the server’s proxy, traces";

export function gapsOf(
  changes: readonly Change[],
  world: Pick<ImpactWorld, "inventory" | "elsewhere">,
  visible: Visible,
): readonly ImpactGap[] {
  const found = new Map<string, ImpactGap>();
  const add = (what: string, closeWith: string) => found.set(what, { what, closeWith });
  for (const { before, after } of changes) {
    const either = after ?? before;
    if (either === null) continue;
    const kind = manifestKindKey(either);
    const differs = (read: (spec: JsonObject) => unknown) => !same(read(spec(before)), read(spec(after)));
    if (!EVALUATED.has(kind)) add(`what a change of a ${either.kind} does to calls`, "metrics after the change");
    if (kind === "VirtualService") {
      if (differs(beside)) add("rewrites, header changes and CORS", STATS);
    }
    if (kind === "DestinationRule")
      for (const gap of poolGaps({ before, after }, world, visible)) add(gap.what, gap.closeWith);
    if (kind === "Sidecar" && differs(({ ingress = null }) => ingress))
      add("ingress listeners", "metrics after the change");
    if (["Gateway", "ListenerSet"].includes(either.kind) && differs((each) => each)) {
      add("addresses, certificates and TLS of servers", "access logs of the gateway");
    }
    if (kind === "ReferenceGrant") {
      add("certificates that listeners take from there", "access logs of the gateway");
    }
    if (kind === "ServiceEntry" && entryGap(before, after))
      add("where hosts of ServiceEntries are: ports, addresses, endpoints and resolution", "metrics after the change");
    if (kind === "Namespace") for (const gap of membershipGaps(labelsOf(before), labelsOf(after))) add(...gap);
    if ([...ROUTES, ...OF_BYTES].includes(kind) && differs(besideRules)) add("filters, and session persistence", STATS);
    if (kind === "RequestAuthentication") {
      add("calls that carry a JWT: one that can’t be verified is answered 401", "access logs, jwt_authn statistics");
    }
  }
  return [...found.values()];
}

/** Beyond which hosts are known, and to whom. */
function entryGap(before: Manifest | null, after: Manifest | null): boolean {
  const rest = ({ hosts: _h, exportTo: _e, ...own }: JsonObject) => own;
  if (before !== null && after !== null) return !same(rest(spec(before)), rest(spec(after)));
  const { location = "MESH_EXTERNAL", endpoints = [], workloadSelector = null } = spec(after ?? before);
  return (
    location !== "MESH_EXTERNAL" || workloadSelector !== null || (Array.isArray(endpoints) && endpoints.length > 0)
  );
}

const labelsOf = (manifest: Manifest | null) => manifest?.metadata.labels ?? {};

/** Labels of Namespaces that are worked out. */
const WORKED_OUT: ReadonlySet<string> = new Set([
  ...[DATAPLANE_MODE, "istio.io/use-waypoint", "istio.io/use-waypoint-namespace", "istio.io/ingress-use-waypoint"],
]);
const STARTING: ReadonlySet<string> = new Set(["istio-injection", "istio.io/rev"]);

function* membershipGaps(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Generator<readonly [string, string]> {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  for (const key of keys.filter((each) => before[each] !== after[each] && !WORKED_OUT.has(each)).sort()) {
    yield STARTING.has(key)
      ? ["sidecars that pods get or lose when they start anew, and the control plane that they follow", "their restart"]
      : [`what selects namespaces by their label ${key} (discoverySelectors)`, "the mesh’s settings (ConfigMap istio)"];
  }
}

const spec = (manifest: Manifest | null): JsonObject => (manifest === null ? {} : specOf(manifest));

/** Of the rules for requests all but which calls they take and where they send them. */
const beside = (from: JsonObject): unknown =>
  listAt(from, "http")
    .map(({ match: _m, route: _r, delegate: _d, redirect: _c, directResponse: _a, name: _n, ...rest }) => {
      const { fault: _f, timeout: _t, retries: _y, mirror: _i, mirrors: _s, ...more } = rest;
      const { mirrorPercentage: _p, mirrorPercent: _o, mirror_percent: _l, ...own } = more;
      return own;
    })
    .filter((rest) => Object.keys(rest).length > 0);

/** Of a route's rules all but which calls they take and where they send them. */
const besideRules = (from: JsonObject): unknown =>
  listAt(from, "rules").flatMap(
    ({ matches: _m, backendRefs: _b, name: _n, timeouts: _t, retry: _r, ...all }, index) => {
      const { filters: own = [], ...rest } = all;
      const kept = listAt({ filters: own }, "filters").filter((each) => textAt(each, "type") !== "RequestMirror");
      const filters = listAt(listAt(from, "rules")[index], "backendRefs").flatMap((each) => listAt(each, "filters"));
      return Object.keys(rest).length + kept.length + filters.length > 0 ? [[rest, kept, filters]] : [];
    },
  );
