/**
 * Which hosts a client's proxy knows: by the Sidecar that selects it, else its namespace's, else the root namespace's; without
 * any, all that are exported to it. https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { closeness } from "../../hosts.ts";
import { byAge, listAt, mapAt, namespaceOf, numberAt, objectAt, specOf, textsAt } from "../../routing/json.ts";
import type { Caller } from "./match.ts";

export function sidecarOf(caller: Caller, world: Pick<PolicyWorld, "objects" | "rootNamespace">): Manifest | null {
  const all = world.objects("Sidecar").toSorted(byAge);
  const wanted = (each: Manifest) => Object.entries(mapAt(objectAt(specOf(each), "workloadSelector"), "labels"));
  const own = all.filter((each) => namespaceOf(each) === caller.namespace);
  return (
    own.find((each) => wanted(each).length > 0 && wanted(each).every(([key, value]) => caller.labels[key] === value)) ??
    own.find((each) => wanted(each).length === 0) ??
    all.find((each) => namespaceOf(each) === world.rootNamespace && wanted(each).length === 0) ??
    null
  );
}

/**
 * Whether it lets the proxy know a full host of a namespace. Names are taken as they are written, short ones never fit. Without
 * `egress` all are known. Of listeners for a port the one with this port counts, else the one without.
 */
export function knows(sidecar: Manifest | null, host: string, namespace: string, caller: Caller): boolean {
  const egress = sidecar === null ? [] : listAt(specOf(sidecar), "egress");
  if (egress.length === 0) return true;
  const portOf = (each: (typeof egress)[number]) => numberAt(objectAt(each, "port"), "number");
  const listener = egress.find((each) => portOf(each) === caller.port) ?? egress.find((each) => portOf(each) === null);
  return textsAt(listener, "hosts").some((entry) => {
    const [where = "", name = "", ...more] = entry.split("/");
    const place = where === "." ? caller.namespace : where;
    return more.length === 0 && (place === "*" || place === namespace) && closeness(name.toLowerCase(), host) > 0;
  });
}
