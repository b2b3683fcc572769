/** Where a sidecar sends a connection to a port that carries bytes. */
import type { Workload } from "#lib/inventory/model.ts";
import type { SimulationQuestion } from "#lib/policy/simulation.ts";
import { byteTable } from "../routing/bytes.ts";
import { type Bytes, type Chain, type Connection, clash, REFUSED, takenBy, takesAll } from "../routing/connection.ts";
import type { Caller } from "../routing/match.ts";
import { chosenOf } from "../routing/target.ts";
import type { OutOfScope } from "../routing/unknown-host.ts";
import { byNameAlone, type Called, hostOf, OTHER_NAMES, sharesPort } from "./called.ts";
import type { SecurityWorld } from "./sight.ts";
import { directly, followed, pastOrNowhere, UNCHANGED, unsettled, type Way } from "./way.ts";

export function bytesWay(
  client: Workload,
  service: Called,
  question: SimulationQuestion,
  bytes: Bytes,
  world: SecurityWorld,
): Way {
  const caller = { namespace: client.namespace, labels: client.labels, port: question.port };
  const lacking = (...lacks: readonly string[]): Way => ({ routed: null, to: [], lacks, rewrites: UNCHANGED });
  const unknown = [
    ...unsettled(client, service, false, world),
    ...sharesPort(service, { port: question.port, bytes }, client.namespace, world),
  ];
  if (unknown.length > 0) return lacking(...unknown);
  const named = byNameAlone(service);
  const table = byteTable(hostOf(service), service.namespace, caller, bytes, world, named !== null);
  const unknownTo = (by: OutOfScope): Way => ({
    routed: { outcome: { kind: "out of scope", by }, shadowed: [], leftOut: [] },
    ...pastOrNowhere(client, service, { port: question.port, why: by.why }, world),
  });
  if (table.outOfScope !== null) return unknownTo(table.outOfScope);
  if (clash(table.chains.filter((chain) => !takesAll(chain)))) return lacking(REFUSED);
  const [address, another] = service.addresses ?? [];
  const called = address !== undefined && another === undefined ? { address } : {};
  const taken = takenBy(table.chains, { ...connectionOf(question), ...called });
  if (taken.kind === "unknown") return lacking(...taken.lacks);
  if (taken.chain === null && named === "perhaps") return lacking(OTHER_NAMES);
  if (taken.chain === null) return unknownTo({ why: "no rule", sidecar: null });
  return throughChain(taken.chain, service, question, caller, world);
}

/** Where a chain leads. */
export function throughChain(
  { found }: Chain,
  service: Called,
  question: SimulationQuestion,
  caller: Caller,
  world: SecurityWorld,
): Way {
  if (found === null) return directly(service, question.port);
  const chosen = chosenOf(found, caller, world);
  const routed = { outcome: { kind: "routed" as const, chosen }, shadowed: [], leftOut: [] };
  return { routed, ...followed(chosen, question, caller.namespace, world) };
}

/** An empty server name says that there is none. */
export const connectionOf = ({ sni }: SimulationQuestion): Connection =>
  sni === undefined ? {} : { sni: sni === "" ? null : sni };
