/**
 * The connection of a part of a pair's calls, before and after. Metrics carry no port and the mesh's settings aren't read, so each
 * port of the Service and both settings of automatic mutual TLS are tried; those that don't fit what was measured are dropped.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import type { InboundMtls } from "../meaning/inbound-mtls.ts";
import {
  AUTO,
  type Client,
  type Destination,
  type Endpoint,
  type Meeting,
  type OutboundMtls,
  outboundMtls,
  received,
  type Sends,
} from "../meaning/outbound-mtls.ts";
import type { Carried } from "../meaning/port-protocol.ts";
import { isKnown, lacking, type Truth } from "../meaning/truth.ts";
import { destinationRules } from "../routing/destination-rules.ts";
import { isObject, objectAt } from "../routing/json.ts";
import type { Part, Place } from "./part.ts";
import type { Side, Sides } from "./sides.ts";

/** What was measured of this part: proven mutual TLS, none, or nobody said. */
export type Measured = "mutual TLS" | "plaintext" | "unknown";

export interface Wire {
  /**
   * `as measured`: what it sends doesn't follow from objects that are worked out here (ambient, another cluster, gone). `tunnel`: a ztunnel
   * or a waypoint, which speak HBONE to what is in ambient.
   */
  readonly client: Client | "outside" | "as measured" | "tunnel";
  /** Who else may have made the calls, and what would tell which of the two: pods of the client without a proxy. Absent: nobody. */
  readonly also?: { readonly client: "outside"; readonly which: readonly string[] };
  readonly measured: Measured;
  /** null: no Service was called. */
  readonly to: Omit<Destination, "port" | "subset" | "external"> | null;
  readonly endpoint: Omit<Endpoint, "port">;
  /** Ports of the Service that it may have been, with the workload's behind each; none: not known. */
  readonly ports: readonly {
    readonly port: number;
    readonly own: number | null;
    /** What its protocol says that it carries; undefined: nothing says. */
    readonly carried?: Carried | undefined;
    /** Whether what comes for it passes the server's proxy by; absent: no. */
    readonly past?: Truth;
  }[];
  /** Who sends and who takes it afterwards, where that is another one; then what was measured doesn't tell. */
  readonly after?: Pick<Wire, "client" | "endpoint">;
}

export interface Connected {
  readonly parts: readonly Part[];
  /** Whether the server knows afterwards who calls; undefined: not known. */
  readonly identified: boolean | undefined;
}

interface Tried {
  readonly before: Meeting;
  readonly after: Meeting;
  readonly port: number | null;
  readonly autoMtls: boolean;
  /** By the pods that have no proxy beside others that have one. */
  readonly bare: boolean;
}

const PORT = "which of the Service’s ports is called";
/** Of calls that can't be as both say. */
export const CONTRADICTION = "why the objects and what was measured differ";

export function connection(wire: Wire, sides: Sides): Connected {
  const all = hypotheses(wire, sides);
  const changed = all.filter(({ before, after }) => !alike(before, after));
  if (changed.length === 0) return { parts: [], identified: IDENTIFIED[wire.measured] };
  const fitting = all.filter(({ before }) => fits(before, wire.measured));
  const tried = fitting.length > 0 ? fitting : all;
  const aside = fitting.length > 0 ? [] : [CONTRADICTION];
  const sees = (meeting: Meeting) =>
    [...meeting.out.chain, ...meeting.in.chain].every(({ object }) => sides.before.sees(object));
  if (!tried.every(({ before, after }) => sees(before) && sees(after))) return UNTOLD;
  const spread = [
    ...(new Set(tried.map(({ port }) => port)).size > 1 ? [PORT] : []),
    ...autoOf(tried),
    ...(new Set(tried.map(({ bare }) => bare)).size > 1 ? (wire.also?.which ?? []) : []),
  ];
  const parts = EFFECTS.flatMap(({ verdict, of, why }): Part[] => {
    const truths = tried.map((each) => of(each, wire.measured));
    const [first] = tried.filter((_, index) => truths[index] !== false);
    if (first === undefined) return [];
    const known = truths.every((each) => each === true) && aside.length === 0;
    const open = truths.flatMap((each) => (isKnown(each) ? [] : each.lacks));
    const lacks = known ? [] : lacking(...aside, ...open, ...(differ(truths) ? spread : [])).lacks;
    return [{ verdict, known, lacks, by: decider(first), why: why(first) }];
  });
  return { parts, identified: identity(tried) };
}

/** The setting where it makes two cases of one client. */
function autoOf(tried: readonly Tried[]): readonly string[] {
  const settings = new Set(tried.filter(({ bare }) => !bare).map(({ autoMtls }) => autoMtls));
  return settings.size > 1 ? [AUTO] : [];
}

/** What the objects make the client send, where they leave one way alone; with what says so. null: they don't. */
export function sending(wire: Wire, side: Side): { readonly sends: Sends; readonly by: Place | null } | null {
  const all = hypotheses(wire, { before: side, after: side }).map(({ before }) => before.out);
  const [first] = all;
  if (first === undefined || typeof first.sends !== "string") return null;
  if (!all.every(({ sends, chain }) => sends === first.sends && chain.every(({ object }) => side.sees(object))))
    return null;
  const last = first.chain.at(-1);
  return { sends: first.sends, by: last === undefined ? null : { object: last.object, path: last.path } };
}

/** Which of the two it is would tell what a hidden object says. */
const UNTOLD: Connected = {
  identified: undefined,
  parts: (["breaks", "loses-mtls"] as const).map((verdict) => ({
    ...{ verdict, known: false, lacks: [HIDDEN], by: null, why: `What becomes of the connection rests on ${HIDDEN}.` },
  })),
};

const differ = (truths: readonly Truth[]): boolean => new Set(truths.map(String)).size > 1;

const IDENTIFIED = { "mutual TLS": true, plaintext: false, unknown: undefined } as const;

/** Whether the server then knows who calls; undefined: not known. */
function identity(tried: readonly Tried[]): boolean | undefined {
  const after = tried.map((each) => each.after.identified);
  if (after.every((each) => each === true)) return true;
  return after.every((each) => each === false) ? false : undefined;
}

interface Effect {
  readonly verdict: Part["verdict"];
  readonly of: (tried: Tried, measured: Measured) => Truth;
  readonly why: (tried: Tried) => string;
}

export const inWords = ({ out, in: inbound }: Meeting): string =>
  `the client sends ${typeof out.sends === "string" ? out.sends : "what isn’t known"}, the server takes ${inbound.mode}`;

const EFFECTS: readonly Effect[] = [
  {
    verdict: "breaks",
    of: ({ before, after }) => (before.connects === false || alike(before, after) ? false : negated(after.connects)),
    why: ({ after }) => `The connection is refused: ${inWords(after)}.`,
  },
  {
    verdict: "loses-mtls",
    of: ({ before, after }, measured) => {
      if (alike(before, after) || after.connects === false || before.identified === false) return false;
      if (after.identified === true || measured === "plaintext") return false;
      if (after.identified !== false) return after.identified;
      return before.identified === true ? true : lacking("whether it is mutual TLS now");
    },
    why: ({ after }) => `It is mutual TLS no more: ${inWords(after)}.`,
  },
  {
    verdict: "not-enforced",
    of: ({ before, after }) => before.in.mode === "STRICT" && after.in.mode !== "STRICT",
    why: ({ after }) => `Mutual TLS is no longer demanded: the server takes ${after.in.mode}.`,
  },
  {
    verdict: "allowed",
    of: ({ before, after }) => before.connects === false && after.connects === true,
    why: ({ after }) => `The connection was refused, and comes about: ${inWords(after)}.`,
  },
];

const negated = (truth: Truth): Truth => (isKnown(truth) ? !truth : truth);

/** The object that makes the difference, else the one that decides at the server. */
function decider({ before, after }: Tried): Place | null {
  const last = (chain: InboundMtls["chain"] | OutboundMtls["chain"]) => chain.at(-1) ?? null;
  const [out, inbound] = [last(after.out.chain), last(after.in.chain)];
  const was = new Set<Manifest>([...before.out.chain, ...before.in.chain].map(({ object }) => object));
  const said = [inbound, out].find((each) => each !== null && !was.has(each.object)) ?? inbound ?? out;
  const gone = last(before.in.chain) ?? last(before.out.chain);
  const found = said ?? gone;
  return found && { object: found.object, path: found.path };
}

function alike(a: Meeting, b: Meeting): boolean {
  const text = ({ out, in: inbound, connects, identified }: Meeting) =>
    JSON.stringify([out.sends, inbound.mode, connects, identified]);
  return text(a) === text(b);
}

/** What was measured arrived: so it connected, with an identity or without. */
function fits(before: Meeting, measured: Measured): boolean {
  if (measured === "unknown") return true;
  if (measured === "mutual TLS") return before.identified !== false;
  return before.identified !== true && before.connects !== false;
}

function hypotheses(wire: Wire, sides: Sides): readonly Tried[] {
  const { also, ...own } = wire;
  if (also === undefined) return triedBy(own, sides, false);
  // What the change turns is the proxy: a pod without one goes on as it is.
  const { after, ...rest } = own;
  const turned = after === undefined ? {} : { after: { client: also.client, endpoint: after.endpoint } };
  return [...triedBy(own, sides, false), ...triedBy({ ...rest, client: also.client, ...turned }, sides, true)];
}

function triedBy(wire: Wire, sides: Sides, bare: boolean): readonly Tried[] {
  const ports: Wire["ports"] =
    wire.ports.length > 0 ? wire.ports : [{ port: 0, own: null, past: wire.endpoint.past ?? false }];
  const subsets = typeof wire.client === "string" ? [null] : subsetsOf(wire, wire.client, sides);
  // Where no automatic mutual TLS is asked for, its setting makes no difference.
  const known = sides.before.autoMtls;
  const asked = typeof wire.client !== "string";
  const settings = !asked ? [true] : known === null ? [true, false] : [known];
  return ports.flatMap(({ port, own, past = false }) =>
    settings.flatMap((autoMtls) =>
      subsets.map((subset): Tried => {
        const at = { port, own, past, subset, autoMtls };
        return {
          before: meeting(wire, at, sides.before),
          after: meeting({ ...wire, ...wire.after }, at, sides.after, wire.after !== undefined),
          port: wire.ports.length > 0 ? port : null,
          ...{ autoMtls, bare },
        };
      }),
    ),
  );
}

/** How the two meet on one side, in each case that isn't ruled out; nothing was measured of it. */
export function meetings(wire: Wire, subset: string | null, side: Side): readonly Meeting[] {
  const settings = typeof wire.client === "string" ? [true] : side.autoMtls === null ? [true, false] : [side.autoMtls];
  return wire.ports.flatMap(({ port, own, past = false }) =>
    settings.map((autoMtls) => meeting(wire, { port, own, past, subset, autoMtls }, side, true)),
  );
}

/** Subsets that take the server and have TLS of their own; null: none of them. */
function subsetsOf({ to, endpoint }: Wire, client: Client, sides: Sides): readonly (string | null)[] {
  if (to === null) return [null];
  const names = [sides.before, sides.after].flatMap((side) =>
    destinationRules(to.host, to.namespace, client.namespace, worldOf(side, to.host), client.labels)
      .subsets.filter(({ labels }) => Object.entries(labels).every(([key, value]) => endpoint.labels[key] === value))
      .filter(({ value }) => isObject(objectAt(value, "trafficPolicy")["tls"]))
      .map(({ name }) => name),
  );
  return [null, ...new Set(names)];
}

const worldOf = (side: Side, host: string) => ({
  objects: side.hosts.around(host),
  rootNamespace: side.rootNamespace,
  peers: side.peers,
});

interface At {
  readonly port: number;
  readonly own: number | null;
  readonly past: Truth;
  readonly subset: string | null;
  readonly autoMtls: boolean;
}

function meeting(
  { client, measured, to, endpoint }: Wire,
  { port, own, past, subset, autoMtls }: At,
  side: Side,
  fresh = false,
): Meeting {
  const at = { ...endpoint, port: own, past };
  const taken: OutboundMtls = {
    sends: measured === "unknown" ? lacking("whether it is mutual TLS now") : measured,
    chain: [],
  };
  const plain: OutboundMtls = { sends: "plaintext", chain: [] };
  const world = { ...worldOf(side, to?.host ?? ""), autoMtls };
  const out =
    client === "outside"
      ? plain
      : client === "tunnel"
        ? tunnel(endpoint)
        : client === "as measured" || to === null
          ? taken
          : outboundMtls(client, { ...to, port, subset, external: false }, at, world);
  // Whether a sidecar speaks HBONE to ambient pods is a setting: what was measured tells, unless one of them is new there.
  const told = endpoint.dataplane === "ambient" && !isText(out.sends) && !fresh ? taken : out;
  const met = unprotected(received(told, at, world), at);
  if (endpoint.dataplane !== "ambient") return met;
  if (!isText(told.sends) && fresh && met.in.mode !== "STRICT") return { ...met, connects: true };
  return told.sends === "mutual TLS" ? { ...met, connects: true, identified: true } : met;
}

/** https://istio.io/latest/docs/ambient/architecture/hbone/ */
function tunnel({ dataplane }: Wire["endpoint"]): OutboundMtls {
  if (dataplane === "ambient") return { sends: "mutual TLS", chain: [] };
  if (dataplane === "none") return { sends: "plaintext", chain: [] };
  return { sends: lacking("whether the server’s proxy takes HBONE"), chain: [] };
}

/** Before a pod without a proxy, or past it, nobody asks for anything. */
const unprotected = (met: Meeting, { dataplane, past }: Wire["endpoint"]): Meeting =>
  dataplane === "none" || past === true ? { ...met, in: { mode: "PERMISSIVE", chain: [] } } : met;

const isText = (sends: OutboundMtls["sends"]): boolean => typeof sends === "string";
