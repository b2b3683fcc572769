/** What a reader of a service's routing must know. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { refOf, refText } from "#lib/policy/ref.ts";
import type { RouteRule, RouteVersion, Routing } from "#lib/policy/routing.ts";
import { closeness, fullName, type Named, resolveHost } from "../hosts.ts";
import type { Applied } from "./destination-rules.ts";
import { has, listAt, namespaceOf, specOf, textAt, visibleTo } from "./json.ts";
import { workloadsOf } from "./versions.ts";
import { catchesAll, findDelegate, type VsRule } from "./virtual-services.ts";

type Note = Routing["notes"][number];

export function conflictNotes(claims: readonly Manifest[], routes: readonly Manifest[], world: PolicyWorld): Note[] {
  const [winner, ...losers] = claims;
  const notes: Note[] = losers.map((vs) => ({
    severity: "warning",
    text: `${refText(refOf(world.cluster, vs))} claims the same host on the mesh; sidecars follow ${winner === undefined ? "another" : refText(refOf(world.cluster, winner))} alone`,
    object: refOf(world.cluster, vs),
  }));
  const route = routes[0];
  if (winner !== undefined && route !== undefined) {
    notes.push({
      severity: "warning",
      text: `${refText(refOf(world.cluster, winner))} and ${refText(refOf(world.cluster, route))} both route this service; don't mix the two kinds for one host`,
      object: refOf(world.cluster, winner),
    });
  }
  return notes;
}

export function ruleNotes(rules: readonly VsRule[], world: PolicyWorld): Note[] {
  const notes: Note[] = [];
  const caught = new Map<string, string>();
  for (const found of rules) {
    const object = refOf(world.cluster, found.owner);
    const scope = `${found.gateways.join()} ${found.protocol}`;
    const before = caught.get(scope);
    if (before !== undefined) {
      notes.push({
        severity: "warning",
        text: `${found.path} is never reached: ${before} before it takes everything`,
        object,
      });
    } else if (catchesAll(found) && !has(found.rule, "delegate")) {
      caught.set(scope, found.path);
    }
    if (has(found.rule, "delegate") && findDelegate(found, world) === undefined) {
      notes.push({ severity: "warning", text: `${found.path} delegates to a VirtualService that isn't there`, object });
    }
    const routes = listAt(found.rule, "route");
    if (routes.length === 1 && typeof routes[0]?.["weight"] === "number" && routes[0]["weight"] !== 100) {
      notes.push({
        severity: "info",
        text: `${found.path} says weight ${routes[0]["weight"]} for its only destination, which takes all traffic whatever the weight`,
        object,
      });
    }
  }
  return notes;
}

export function destinationNotes(
  rules: readonly RouteRule[],
  versions: readonly RouteVersion[],
  known: boolean,
): Note[] {
  const notes: Note[] = [];
  for (const { action, object } of rules) {
    for (const to of action.kind === "route" ? action.to : []) {
      const what = to.version === null ? to.host : `${to.version} of ${to.host}`;
      if (!to.exists) {
        const end = to.share > 0 ? `; ${percent(to.share)} of the rule's calls end in an error` : "";
        notes.push({ severity: "warning", text: `${to.path} names ${what}, which nothing declares${end}`, object });
        continue;
      }
      const version = versions.find(({ name }) => name === to.version);
      if (known && to.share > 0 && version !== undefined && version.ready === 0) {
        const text = `${to.path} sends ${percent(to.share)} to ${what}, which has no ready pod`;
        notes.push({ severity: "warning", text, object });
      }
    }
  }
  return notes;
}

const percent = (share: number): string => `${Math.round(share * 1000) / 10} %`;

export function destinationRuleNotes(service: Named, applied: Applied, world: PolicyWorld): Note[] {
  const full = fullName(service);
  const notes: Note[] = applied.rules.slice(1).map((rule) => ({
    severity: "warning",
    text: `${refText(refOf(world.cluster, rule))} names the same host as an older one of its namespace: their subsets are merged, the oldest trafficPolicy counts`,
    object: refOf(world.cluster, rule),
  }));
  for (const rule of world.objects("DestinationRule")) {
    const namespace = namespaceOf(rule);
    const fits = closeness(resolveHost(textAt(specOf(rule), "host") ?? "", namespace), full) > 0;
    if (!fits) continue;
    const object = refOf(world.cluster, rule);
    if (has(specOf(rule), "workloadSelector")) {
      notes.push({ severity: "info", text: `${refText(object)} counts for the clients alone that it selects`, object });
    } else if (namespace !== service.namespace && namespace !== world.rootNamespace && visibleTo(rule, namespace)) {
      const text = `clients in ${namespace} follow ${refText(object)} instead of the service's own: its subsets alone exist for them`;
      notes.push({ severity: "warning", text, object });
    }
  }
  return notes;
}

/** In ambient, rules of requests count only where a waypoint reads them. https://istio.io/latest/docs/ambient/usage/l7-features/ */
export function ambientNotes(service: Named, rules: readonly RouteRule[], world: PolicyWorld): Note[] {
  const namespace = world.inventory?.namespaces.get(service.namespace);
  const ambient =
    namespace?.dataplane === "ambient" || workloadsOf(service, world).some((w) => w.dataplane === "ambient");
  if (!ambient || rules.length === 0) return [];
  const own = world
    .objects("Service")
    .find((one) => namespaceOf(one) === service.namespace && one.metadata.name === service.name);
  const use = own?.metadata.labels?.["istio.io/use-waypoint"] ?? namespace?.labels["istio.io/use-waypoint"];
  if (use !== undefined && use !== "none") return [];
  const waypoints = world
    .objects("Gateway.gateway.networking.k8s.io")
    .filter(
      (one) => namespaceOf(one) === service.namespace && textAt(specOf(one), "gatewayClassName") === "istio-waypoint",
    );
  if (own === undefined && use === undefined && waypoints.length > 0) {
    return [
      {
        severity: "info",
        text: "rules count only for clients whose calls pass a waypoint; whether this service uses the one in its namespace isn't known",
      },
    ];
  }
  return [
    {
      severity: "warning",
      text: "ambient without a waypoint: clients there ignore rules of requests (matches, weights, timeouts, faults)",
    },
  ];
}
