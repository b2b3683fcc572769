/** What STRICT does to the calls of one pair, by what is known of them: proven mutual TLS, plaintext, or nobody knows. */
import type { Workload } from "#lib/inventory/model.ts";
import type { ObservedCall } from "../impact/calls.ts";
import { connection, sending, type Wire } from "../impact/connection.ts";
import type { Part, Place } from "../impact/part.ts";
import { kindsOpen, proxied } from "../impact/past.ts";
import { portionsOf } from "../impact/portions.ts";
import type { ImpactWorld, Side, Sides } from "../impact/sides.ts";
import { GONE, wireOf } from "../impact/wire.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { inboundMtls } from "../meaning/inbound-mtls.ts";

export interface Fate {
  /** 0…1 of the pair's calls. */
  readonly share: number;
  readonly sends: "mutual TLS" | "plaintext" | "own TLS" | "unknown";
  readonly basis: "measured" | "configured" | null;
  /** null: not known. */
  readonly refused: boolean | null;
  readonly why: string;
  /** What tells the client to send that. */
  readonly by: Place | null;
  readonly lacks: readonly string[];
}

const NOWHERE: Judged = {
  refused: null,
  why: "It reached no workload, so no server saw what it sends.",
  lacks: ["what it sends once it arrives"],
};
const SERVER_GONE: Judged = {
  refused: null,
  why: "Its server is gone: whether STRICT would refuse it there isn’t known.",
  lacks: [GONE],
};

type Judged = Pick<Fate, "refused" | "why" | "lacks">;

/** STRICT is for sidecars and ztunnels, of a workload's pods those that have one: gateways, waypoints and what has no proxy go by other things. */
export function enforces(workload: Workload): boolean {
  const { dataplane } = proxied(workload);
  return dataplane === "sidecar" || dataplane === "ambient";
}

/** `unseen`: what of the server's own objects the reader may not know. None where STRICT doesn't count at the server. */
export function fatesOf(
  call: ObservedCall,
  sides: Sides,
  world: ImpactWorld,
  unseen: (server: Workload) => readonly string[],
): readonly Fate[] {
  const { target } = call;
  const server = world.inventory.workloads.get(`${target.namespace}/${target.name}`);
  // Of a server that is partly meshed those with a proxy refuse.
  const there = target.kind === "workload" && server !== undefined ? proxied(server) : null;
  const open = there === null || server === undefined ? [] : kindsOpen(server);
  if (there !== null && !enforces(there)) return [];
  const met = there === null ? null : wireOf(call, there, world);
  const hidden = there === null ? [] : unseen(there);
  return portionsOf(call).map(({ share, measured }): Fate => {
    const wire = met && { ...met.wire, measured };
    const judged =
      wire === null
        ? target.kind === "workload"
          ? SERVER_GONE
          : NOWHERE
        : partly(judge(wire, sides, hidden, met?.gone === true), open);
    if (measured === "mutual TLS") {
      // A change of PeerAuthentications to STRICT alone takes it from nobody: what can't be seen is the same before and after.
      const unsaid = hidden.length > 0 || judged.lacks.includes(HIDDEN);
      const fine = wire === null || judged.refused === false || unsaid;
      const said = fine ? { refused: false, why: "Measured as mutual TLS.", lacks: [] } : judged;
      return { share, sends: "mutual TLS", basis: "measured", by: null, ...said };
    }
    const told = wire === null || hidden.length > 0 ? null : sending(wire, sides.before);
    if (measured === "plaintext") {
      return {
        share,
        sends: "plaintext",
        basis: "measured",
        by: told?.sends === "mutual TLS" ? null : (told?.by ?? null),
        ...judged,
      };
    }
    // Telemetry that doesn't know the caller may just have lost its labels: then nothing follows from having no proxy.
    const sure = told !== null && told.sends !== "mutual TLS" && call.source.kind !== "unknown" && met?.gone !== true;
    return sure
      ? { share, sends: told.sends, basis: "configured", by: told.by, ...judged }
      : { share, sends: "unknown", basis: null, by: null, ...judged };
  });
}

/** Where some of the server's pods have no proxy, what STRICT refuses depends on which of them takes it. */
const partly = (judged: Judged, open: readonly string[]): Judged =>
  open.length === 0 || judged.refused !== true
    ? judged
    : { refused: null, why: judged.why.replace(REFUSED, "The connection may be refused:"), lacks: open };

function judge(wire: Wire, sides: Sides, hidden: readonly string[], gone: boolean): Judged {
  if (hidden.length > 0) {
    return { refused: null, why: "What its server takes isn’t known.", lacks: hidden };
  }
  const breaks = connection(wire, sides).parts.find(({ verdict }) => verdict === "breaks");
  if (breaks === undefined && wire.measured === "unknown" && changes(wire, sides)) {
    // What the objects make of it is no measurement.
    const why = "By the objects it is mutual TLS, and nobody measured it.";
    return { refused: null, why, lacks: ["whether it is mutual TLS now"] };
  }
  if (breaks === undefined) {
    return { refused: false, why: "STRICT changes nothing for it: its server goes on as it is.", lacks: [] };
  }
  const known = breaks.known && !gone;
  return {
    refused: known ? true : null,
    why: known ? breaks.why : perhaps(breaks),
    lacks: [...breaks.lacks, ...(gone ? [GONE] : [])],
  };
}

/** Whether the server takes less than before on a port that may be called. */
function changes({ endpoint, ports }: Wire, sides: Sides): boolean {
  const own = ports.length > 0 ? ports.map((each) => each.own) : [null];
  const mode = (side: Side, port: number | null) =>
    inboundMtls(side.peers, endpoint.namespace, endpoint.labels, port).mode;
  return own.some((port) => mode(sides.before, port) !== mode(sides.after, port));
}

const REFUSED = /^The connection is refused:/;
const perhaps = ({ why }: Part): string => why.replace(REFUSED, "The connection may be refused:");
