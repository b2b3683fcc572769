/**
 * A gateway as a server of calls from inside the mesh: what a client's proxy sends it. Sidecars send plaintext unless a DestinationRule says
 * otherwise, ztunnels always.
 */
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { SimulationStep } from "#lib/policy/simulation.ts";
import { fullName } from "../../hosts.ts";
import { peersAround } from "../inbound-mtls.ts";
import { clientOf, type OutboundMtls, outboundMtls } from "../outbound-mtls.ts";
import { asRead, unreadIn } from "../revisions.ts";
import { gatewayTable, hostOf } from "../routing/gateway.ts";
import type { Called } from "./called.ts";
import { type Sender, workloadPort } from "./connection.ts";
import { HIDDEN, peersOf, type SecurityWorld, sourceOf } from "./sight.ts";
import { type Destination, OUTBOUND, rulesFor } from "./way.ts";

/** Whether gateways alone stand behind a Service; of a ServiceEntry that isn't asked. */
export function isGateway(service: Called, world: SecurityWorld): boolean {
  const behind = service.entry === undefined ? gatewaysOf(service, world) : [];
  return behind.length > 0 && behind.every(({ dataplane }) => dataplane === "gateway");
}

export const gatewaysOf = (service: Called, { inventory }: SecurityWorld): readonly Workload[] =>
  service.workloads.flatMap((name) => inventory.workloads.get(`${service.namespace}/${name}`) ?? []);

export const BY_ADDRESS =
  "The client’s ztunnel goes by the address and sends plaintext: gateways take no HBONE from it, and don’t know who calls.";

interface Named {
  /** undefined: not known. */
  readonly host: string | undefined;
  readonly autoMtls: boolean | undefined;
  readonly http: boolean | undefined;
}

/** The connection with the gateway, as a sidecar makes it. */
export function connected(
  client: Sender,
  to: Destination,
  gateway: Workload,
  { host, autoMtls, http }: Named,
  whole: SecurityWorld,
): { readonly step: SimulationStep; readonly out: OutboundMtls } {
  const world = asRead(whole, [client]);
  const listens = workloadPort(to);
  const peers = peersOf(world);
  const called = { host: fullName(to.service), namespace: to.service.namespace, port: to.port, subset: to.subset };
  const out = outboundMtls(
    clientOf(client),
    { ...called, external: false },
    { ...gateway, port: listens },
    {
      ...{
        objects: world.objects,
        rootNamespace: world.rootNamespace,
        peers,
        autoMtls: autoMtls ?? world.mesh?.autoMtls ?? null,
      },
    },
  );
  const { sends, chain } = out;
  const base = { kind: "mtls" as const, title: `To gateway ${gateway.namespace}/${gateway.name}` };
  const hidden = !chain.every(({ object }) => world.sees(object));
  const sources = hidden ? [] : chain.slice(-1).map(({ object, path }) => sourceOf(world, object, path));
  const made = (step: SimulationStep) => ({ step, out });
  const unknown = (...lacks: readonly string[]) =>
    made({ ...base, verdict: "unknown", text: "Whether it comes to the gateway isn’t known.", lacks, sources });
  if (hidden) return unknown(HIDDEN);
  const unread = unreadIn(world, [...rulesFor(called.host, world), ...peersAround(to.service.namespace, world)]);
  if (unread.length > 0) return unknown(...unread);
  if (http !== false && host !== undefined && !isOwn(host, to.service)) return unknown(OUTBOUND);
  if (typeof sends !== "string") return unknown(...sends.lacks);
  const servers = gatewayTable(gateway, asRead(whole, [gateway])).servers.filter(
    (server) => server.listens === listens,
  );
  const speaksTls = servers.some(({ reads, tls }) => reads === "https" || (tls !== null && tls !== "none"));
  if (sends !== "plaintext") {
    if (speaksTls || servers.length === 0) return unknown("what the gateway's own servers take");
    const text = `The client sends ${sends}; the gateway’s server speaks no TLS: the connection is refused.`;
    return made({ ...base, verdict: "no", text, lacks: [], sources });
  }
  if (speaksTls && http !== false) return unknown("whether the client itself speaks TLS");
  const text = "The client’s sidecar sends it to the gateway as it comes: the gateway doesn’t know who calls.";
  return made({ ...base, verdict: "yes", text, lacks: [], sources });
}

function isOwn(host: string, { namespace, name }: Service): boolean {
  const short = `${name}.${namespace}`;
  return [name, short, `${short}.svc`, fullName({ namespace, name })].includes(hostOf(host));
}
