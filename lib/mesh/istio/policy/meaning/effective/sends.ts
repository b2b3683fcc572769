/** What one workload sends to each host that it may call: the other side of client-routing.ts, answered by the same rules. */
import type { Workload } from "#lib/inventory/model.ts";
import type { ClientRule, ClientTarget } from "#lib/policy/client-routing.ts";
import type { HostSends, SendsKind, WorkloadSends } from "#lib/policy/sends.ts";
import { kindInWords, podKinds } from "../capture.ts";
import { protocolOf } from "../port-protocol.ts";
import { type Called, hostOf } from "./called.ts";
import { answerFor, nearby, unreadIn } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";

/** An answer for each takes as long as one of clients. */
const MOST = 200;

interface Asked {
  /** Services and hosts of ServiceEntries that the reader may see. */
  readonly called: readonly Called[];
  /** A part of hosts; empty: all. */
  readonly search: string;
}

/** Ports of its own namespace first, then by host; those beyond what an answer holds are counted. Cost: hosts, and what is told. */
export function workloadSends(workload: Workload, { called, search }: Asked, world: SecurityWorld): WorkloadSends {
  const { cluster, namespace, name } = workload;
  const needle = search.trim().toLowerCase();
  const fitting = called
    .map((each) => ({ each, host: hostOf(each), own: each.namespace === namespace }))
    .filter(({ host, each }) => host.includes(needle) && each.ports.length > 0)
    .toSorted((a, b) => Number(b.own) - Number(a.own) || (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
  const ports = fitting.flatMap(({ each, host }) => each.ports.map((port) => ({ each, host, port })));
  const told = workload.dataplane === "waypoint" ? [] : ports.slice(0, MOST);
  const near = nearby(world);
  const kinds = workload.dataplane === "waypoint" ? [] : podKinds(workload);
  return {
    workload: { cluster, namespace, name },
    kinds: kinds.map((kind): SendsKind => {
      const client = { ...workload, ...kind };
      return {
        which: kinds.length > 1 ? kindInWords(kind, workload.pods.length) : null,
        sends: told.map(({ each, host, port }): HostSends => {
          const answer = answerFor(client, each, port, near(each)(namespace), world);
          const { plane, decides, leaves, waypoint, outbound, otherwise, tls, lacks, rules } = answer;
          return {
            service: { cluster, namespace: each.namespace, name: each.name },
            ...{ host, entry: each.entry !== undefined, port: port.port, portName: port.name },
            protocol: protocolOf(port),
            ...{ plane, decides, leaves, waypoint, outbound, otherwise, tls, lacks },
            targets: targetsOf(rules),
          };
        }),
      };
    }),
    ports: { told: told.length, all: ports.length },
    lacks: unreadIn(world),
  };
}

/** Each once, though several rules lead there. */
function targetsOf(rules: readonly ClientRule[]): readonly ClientTarget[] {
  const all = rules.filter(({ reached }) => reached).flatMap(({ to }) => to);
  const told = all.filter(({ ends, sends, fails, share }) => share > 0 && (ends ?? sends ?? fails) !== null);
  return [...new Map(told.map((target) => [JSON.stringify({ ...target, share: null }), target])).values()];
}
