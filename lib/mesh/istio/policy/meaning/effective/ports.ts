/** Which mutual TLS a workload takes on each of its ports, as far as the reader may see what says so. */
import type { Workload } from "#lib/inventory/model.ts";
import { keysOf } from "#lib/policy/json.ts";
import type { PortSecurity } from "#lib/policy/security.ts";
import { objectAt } from "../../routing/json.ts";
import { namedPorts, pastElsewhere, pastInbound } from "../capture.ts";
import { inboundMtls, peerPolicies, peersAround, type Say } from "../inbound-mtls.ts";
import { isTcp } from "../port-protocol.ts";
import { unreadIn } from "../revisions.ts";
import { isKnown } from "../truth.ts";
import { blind, HIDDEN, type SecurityWorld, sourceOf } from "./sight.ts";

interface Port {
  readonly port: number | null;
  readonly name: string | null;
  readonly services: readonly string[];
}

/** Ports that Services name, then those that a policy or an annotation of its pods names, then all others. */
export function portsOf(workload: Workload, world: SecurityWorld): readonly PortSecurity[] {
  const policies = peerPolicies(world.objects("PeerAuthentication"), world.rootNamespace);
  const say = (port: number | null) => inboundMtls(policies, workload.namespace, workload.labels, port).chain;
  const own = policies.workloads
    .get(workload.namespace)
    ?.find(({ labels }) => Object.entries(labels).every(([key, value]) => workload.labels[key] === value))?.object;
  const byPort = keysOf(objectAt(own?.spec, "portLevelMtls"));
  const unread = blind(world, "PeerAuthentication");
  const apart = unreadIn(world, peersAround(workload.namespace, world));
  const served = servedPorts(workload, world);
  // What only a policy names is told to those who may see the policy.
  const named = own !== undefined && world.sees(own) ? byPort.map(Number).filter(Number.isInteger) : [];
  const more = [...new Set([...named, ...namedPorts(workload)])]
    .filter((each) => !served.some(({ port }) => port === each))
    .toSorted((a, b) => a - b);
  const ports: Port[] = [
    ...served,
    ...more.map((port) => ({ port, name: null, services: [] })),
    { port: null, name: null, services: [] },
  ];
  return ports.map((each) => {
    const chain = say(each.port);
    const lacks = [
      ...unread,
      ...apart,
      ...(each.port === null && each.name !== null && byPort.length > 0
        ? [`the number of port ${each.name}, which the policy of the workload may name`]
        : []),
    ];
    const { past, by } =
      each.port === null && each.name === null ? pastElsewhere(workload) : pastInbound(workload, each.port);
    // No mode counts for what doesn't come to the proxy, whatever isn't known of it.
    if (past === true) return { ...each, mode: null, chain: [], lacks: [], past: by ?? "" };
    return { ...each, ...seen(chain, world, workload, isKnown(past) ? lacks : [...lacks, ...past.lacks]) };
  });
}

/** The last say decides. Out of sight it isn't told, and neither is what follows from it. */
function seen(
  chain: readonly Say[],
  world: SecurityWorld,
  { dataplane }: Workload,
  lacks: readonly string[],
): Pick<PortSecurity, "mode" | "chain" | "lacks"> {
  const shown = chain.map(({ level, object, path, mode }) =>
    world.sees(object) ? { level, source: sourceOf(world, object, path), mode } : { level, source: null, mode: null },
  );
  const last = shown.at(-1);
  const all = [...lacks, ...(last?.source === null ? [HIDDEN] : [])];
  if (all.length > 0) return { mode: null, chain: shown, lacks: all };
  const said = last?.mode ?? "PERMISSIVE";
  // ztunnel takes plaintext unless it is STRICT, and always mutual TLS.
  return { mode: said === "DISABLE" && dataplane === "ambient" ? "PERMISSIVE" : said, chain: shown, lacks: [] };
}

/** The workload's own ports behind the Services that select it; no proxy takes those of UDP and SCTP. */
function servedPorts({ namespace, services }: Workload, { inventory }: SecurityWorld): readonly Port[] {
  const found = new Map<string, { port: number | null; name: string | null; services: string[] }>();
  for (const service of services.flatMap((name) => inventory.services.get(`${namespace}/${name}`) ?? [])) {
    for (const { port, targetPort = port } of service.ports.filter(isTcp)) {
      const key = String(targetPort);
      const known = found.get(key);
      if (known !== undefined) known.services.push(service.name);
      else if (typeof targetPort === "number")
        found.set(key, { port: targetPort, name: null, services: [service.name] });
      else found.set(key, { port: null, name: targetPort, services: [service.name] });
    }
  }
  return [...found.values()]
    .map((each) => ({ ...each, services: [...new Set(each.services)] }))
    .toSorted((a, b) => (a.port ?? Number.MAX_SAFE_INTEGER) - (b.port ?? Number.MAX_SAFE_INTEGER));
}
