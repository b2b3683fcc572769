/** A request on its last leg to a ServiceEntry's host: what the client's proxy sends to each endpoint, and who decides there. */
import type { Simulation, SimulationStep } from "#lib/policy/simulation.ts";
import { asRead } from "../revisions.ts";
import type { Arriving } from "./arrival.ts";
import { atServer } from "./at-server.ts";
import { type EntryHost, hasAddress, isAsLookedUp } from "./called.ts";
import type { Sender } from "./connection.ts";
import { type AddressEnd, entryEnds } from "./entry-ends.ts";
import { insideAt } from "./entry-inside.ts";
import { endpointOf, IN_WORDS, sentTo } from "./entry-tls.ts";
import { inTurn, stopped } from "./joined.ts";
import { type SecurityWorld, sourceOf } from "./sight.ts";
import type { Destination } from "./way.ts";

type EntryDestination = Destination & { readonly service: { readonly entry: EntryHost } };
export const isEntry = (to: Destination): to is EntryDestination => to.service.entry !== undefined;

/** One for each endpoint, which may be too many to ask; none: nothing stands behind it. */
export function toEntry(arriving: Arriving, to: EntryDestination, whole: SecurityWorld): readonly (() => Simulation)[] {
  const world = arriving.client === null ? whole : asRead(whole, [arriving.client]);
  const { entry } = to.service;
  if (goesAsLookedUp(arriving.client, entry)) {
    if (isAsLookedUp(entry)) return [() => inTurn([sent(arriving, to, null, world)])];
    return [() => stopped([`what stands at the address that the client itself looks up for ${entry.host}`])];
  }
  const plane = arriving.client?.dataplane ?? "none";
  if (plane === "waypoint" && entry.resolution === "NONE")
    return [() => stopped(["what a waypoint does with a ServiceEntry of resolution NONE: that isn’t worked out yet"])];
  const asked = { port: to.port, labels: to.labels ?? {}, gateway: plane === "gateway", ztunnel: plane === "ambient" };
  const { ends, lacks } = entryEnds(to.service, asked, world);
  if (lacks.length > 0) return [() => stopped(lacks)];
  return ends.map((end) => () => {
    if (end.kind === "pods") return atServer(arriving, withPort(to, end.port), end.workload, world);
    return inTurn([sent(arriving, to, end.kind === "called" ? null : end, world)]);
  });
}

/** No proxy takes it to the endpoints: it goes where the client's own DNS says, on the port that was called. */
export const goesAsLookedUp = (client: Pick<Sender, "dataplane"> | null, entry: EntryHost): boolean =>
  client === null || (client.dataplane === "ambient" && !hasAddress(entry));

/** The workload's port where the ServiceEntry's own text doesn't say it. */
export const withPort = (to: EntryDestination, port: number | null): Destination => ({
  ...to,
  service: {
    ...to.service,
    ports: to.service.ports.map((each) =>
      each.port === to.port ? { ...each, targetPort: port ?? each.name ?? "" } : each,
    ),
  },
});

/** `end` null: the address that the client called. */
function sent(arriving: Arriving, to: EntryDestination, end: AddressEnd | null, world: SecurityWorld): SimulationStep {
  const { host, object } = to.service.entry;
  const place =
    end === null
      ? `the address that the client called ${host} at`
      : `${end.address}${end.port === null ? "" : `:${end.port}`}`;
  const base = { kind: "mtls" as const, title: `To ${place}`, sources: [sourceOf(world, object, ["spec"])] };
  const unknown = (...lacks: readonly string[]): SimulationStep => ({
    ...{ ...base, verdict: "unknown", text: "What becomes of it there isn’t known.", lacks },
  });
  const endpoint = endpointOf(to.service, end);
  const said = sentTo(arriving.client, arriving.question.autoMtls, to, endpoint, world);
  if (!("sends" in said)) return unknown(...said.lacks);
  const sources = [...base.sources, ...said.sources];
  const within = behind(place, end, to.service.entry, world);
  if (within !== null) return { ...unknown(within), sources };
  if (said.sends === "mutual TLS") return { ...unknown(`whether ${place} takes the mesh’s mutual TLS`), sources };
  const who = arriving.client === null ? "The client" : "The client’s proxy";
  const text = `${who} sends it ${IN_WORDS[said.sends]} to ${place}, outside the mesh: nothing of the mesh decides there.`;
  return { ...base, sources, verdict: "yes", text, lacks: [] };
}

/** What isn't known of who decides at the end. */
function behind(place: string, end: AddressEnd | null, entry: EntryHost, world: SecurityWorld): string | null {
  if (!entry.external) return `whether a proxy stands at ${place}, and whom it lets in`;
  return insideAt(end, entry, world);
}
