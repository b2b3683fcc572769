/** Where calls that are sent to a ServiceEntry's host end, and what is sent there, as the page of clients says it. */
import type { ClientTarget } from "#lib/policy/client-routing.ts";
import { few } from "../../lookup.ts";
import { parseAddress } from "../authorization/address.ts";
import type { Endpoint } from "../outbound-mtls.ts";
import { type Called, calledAt, type EntryHost, hostOf, isAsLookedUp } from "./called.ts";
import type { Sender } from "./connection.ts";
import { LOOKED_AT } from "./delivery.ts";
import { type EntryEnd, entryEnds } from "./entry-ends.ts";
import { insideAt } from "./entry-inside.ts";
import { endpointOf, IN_WORDS, type SentTo, sentTo } from "./entry-tls.ts";
import { HIDDEN, type SecurityWorld } from "./sight.ts";

/** What a client's rules are told from: `called` is what the page is about, `sender` the proxy, where there is one that sends TLS. */
export type WordsWorld = SecurityWorld & {
  readonly called?: Called;
  /** The port that is called. */
  readonly asked?: number;
  readonly sender?: Sender;
  /** No proxy takes calls to endpoints: they go where the client's own DNS says. */
  readonly looksUp?: true;
};

type Ends = Pick<ClientTarget, "pods" | "ends" | "sends" | "fails">;
type Entry = Called & { readonly entry: EntryHost };

const isEntry = (called: Called): called is Entry => called.entry !== undefined;

/** null: it isn't a ServiceEntry's. `lost`: what calls are answered that arrive nowhere. */
export function entryInWords(
  { host, port, subset }: Pick<ClientTarget, "host" | "port" | "subset">,
  labels: Readonly<Record<string, string>>,
  lost: string,
  world: WordsWorld,
): Ends | null {
  const { sender, called } = world;
  const own = called !== undefined && hostOf(called) === host ? called : null;
  const found = own ?? (sender === undefined ? null : calledAt(host, sender.namespace, world));
  if (typeof found === "string") return { ...NOTHING, ends: `not known: ${found}` };
  if (found === null || !isEntry(found)) return null;
  if (!world.sees(found.entry.object)) return { ...NOTHING, ends: `not known: ${HIDDEN}` };
  if (world.looksUp === true) {
    const ends = endsInWords([{ kind: "called" }], found.entry, world);
    return { ...NOTHING, ends: isAsLookedUp(found.entry) ? ends : CALLED };
  }
  const [only, second] = found.ports;
  const asked = port ?? (only !== undefined && second === undefined ? only.port : (world.asked ?? null));
  if (asked === null) return { ...NOTHING, ends: "not known: which of its ports" };
  const gateway = sender?.dataplane === "gateway";
  // Nothing else than a sidecar or gateway is told as the sender.
  const ztunnel = sender === undefined;
  const { ends, lacks } = entryEnds(found, { port: asked, labels, gateway, ztunnel }, world);
  if (lacks.length > 0) return { ...NOTHING, ends: `not known: ${lacks.join("; ")}` };
  if (ends.length === 0) return { ...NOTHING, fails: `${lost}: no endpoint stands behind it` };
  const pods = ends.flatMap((end) => (end.kind === "pods" ? end.workload.pods : []));
  return {
    pods: pods.length === 0 ? null : { ready: pods.filter(({ ready }) => ready).length, all: pods.length },
    ends: endsInWords(ends, found.entry, world),
    sends: sender === undefined ? null : sendsInWords(sender, { service: found, port: asked, subset }, ends, world),
    fails: null,
  };
}

const NOTHING: Ends = { pods: null, ends: null, sends: null, fails: null };

const CALLED = "the address that the client calls";

function endsInWords(ends: readonly EntryEnd[], entry: EntryHost, world: SecurityWorld): string | null {
  const others = ends.flatMap((end) => {
    if (end.kind === "pods") return [];
    if (end.kind === "called") return [CALLED];
    const at = `${end.address}${end.port === null ? "" : `:${end.port}`}`;
    return [parseAddress(end.address) === null && end.port !== null ? `what DNS says of ${at}` : at];
  });
  if (others.length === 0) return null;
  const outside =
    entry.external &&
    ends.every((end) => end.kind === "pods" || insideAt(end.kind === "called" ? null : end, entry, world) === null);
  return `${few(others)}${outside ? ", outside the mesh" : ""}`;
}

/** Endpoint by endpoint, those that are alike once: where they differ, all of it. */
function sendsInWords(sender: Sender, to: SentTo, ends: readonly EntryEnd[], world: SecurityWorld): string {
  const kinds = new Map<string, Endpoint>();
  for (const end of ends) {
    const { namespace, labels, dataplane, port } =
      end.kind === "pods"
        ? { ...end.workload, port: end.port }
        : endpointOf(to.service, end.kind === "called" ? null : end);
    // What is sent outside doesn't go by the endpoint.
    const key = to.service.entry.external ? "" : JSON.stringify([namespace, labels, dataplane, port]);
    kinds.set(key, { namespace, labels, dataplane, port });
  }
  if (kinds.size > LOOKED_AT) return `not known: it has ${kinds.size} kinds of endpoints`;
  const said = [...kinds.values()].map((endpoint) => {
    const found = sentTo(sender, undefined, to, endpoint, world);
    return "sends" in found ? IN_WORDS[found.sends] : `not known: ${found.lacks.join("; ")}`;
  });
  return [...new Set(said)].join(", or ");
}
