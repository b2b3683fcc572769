/** A service's routing taken away. */
import type { RemoveRoutingIntent } from "#lib/policy/intent.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { refKey, refText } from "#lib/policy/ref.ts";
import { fullName, resolveHost } from "../hosts.ts";
import { serviceRules } from "../routing/destination-rules.ts";
import { attachedRoutes, isParent } from "../routing/gateway-api.ts";
import { isObject, listAt, namespaceOf, specOf, textsAt } from "../routing/json.ts";
import { gatewayRules, meshVirtualServices, rulesOf } from "../routing/virtual-services.ts";
import { editSpec, refuse, set, type Workbench } from "./edit.ts";

export function removeRouting({ service }: RemoveRoutingIntent, bench: Workbench): void {
  const { world } = bench;
  const full = fullName(service);
  for (const vs of meshVirtualServices(service, world)) {
    const text = refText(bench.ref(vs));
    const hosts = textsAt(specOf(vs), "hosts");
    const left = hosts.filter((host) => resolveHost(host, namespaceOf(vs)) !== full);
    if (left.length === hosts.length)
      refuse("service", `${text} routes it by ${hosts.join(", ")}, with others: edit that object`);
    const delegates = rulesOf(vs, world).some(({ rule }) => isObject(rule["delegate"]));
    const doors = textsAt(specOf(vs), "gateways").filter((gateway) => gateway !== "mesh");
    bench.note(takenAway(vs, { left, doors }, bench));
    if (delegates) bench.note(`VirtualServices that ${text} delegates to stay`);
  }
  for (const route of attachedRoutes(service, world)) {
    const text = refText(bench.ref(route));
    const left = listAt(specOf(route), "parentRefs").filter((parent) => !isParent(parent, route, service));
    if (left.length === 0) bench.delete(route);
    else bench.edit(route, (now) => editSpec(now, (spec) => set(spec, "parentRefs", left)));
    bench.note(left.length === 0 ? `deletes ${text}` : `${text} stays for its other parents`);
  }
  for (const rule of serviceRules(service, world).rules) {
    bench.note(
      `${refText(bench.ref(rule))} stays: its settings of the destination count further, its subsets may be unused`,
    );
  }
  const gone = new Set(bench.result().deletions.map(refKey));
  const kept = gatewayRules(service, world).filter(({ owner }) => !gone.has(refKey(bench.ref(owner))));
  const gateways = new Set(kept.map(({ owner }) => refText(bench.ref(owner))));
  for (const text of gateways) bench.note(`a gateway's ${text} still sends to the service`);
}

/** What is of the mesh goes; what gateways route by the same object isn't the service's routing for its clients, and stays. */
function takenAway(
  vs: Manifest,
  { left, doors }: { readonly left: readonly string[]; readonly doors: readonly string[] },
  bench: Workbench,
): string {
  const text = refText(bench.ref(vs));
  if (left.length > 0) {
    bench.edit(vs, (now) => editSpec(now, (spec) => set(spec, "hosts", left)));
    const lost =
      doors.length === 0 ? "" : `; gateways ${doors.join(", ")} don’t route the service’s own host by it any more`;
    return `${text} stays for ${left.join(", ")}${lost}`;
  }
  if (doors.length === 0) {
    bench.delete(vs);
    return `deletes ${text}`;
  }
  bench.edit(vs, (now) => editSpec(now, (spec) => set(spec, "gateways", doors)));
  return `${text} stays for gateways ${doors.join(", ")}`;
}
