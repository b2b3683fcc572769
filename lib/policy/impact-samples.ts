/** What samples of a pair's calls say of an item of an impact. They are parts of what is called: no bound follows from them. */
import type { ImpactItem, ImpactVerdict } from "./impact.ts";
import type { SeenRequest } from "./seen-request.ts";

/** Requests that look alike. */
export interface SampleExample extends Omit<SeenRequest, "path"> {
  /** Without its query. */
  readonly path: string | null;
  readonly count: number;
  /** One of them; null: no trace of it is known. */
  readonly trace: { readonly id: string; readonly backend: string } | null;
}

export interface SampleCounts {
  /** Of the pair, that were looked at: spans, or lines. */
  readonly requests: number;
  /** Of these, those to which it happens for sure; by a header, unless it was sent twice: a line has the first value alone. */
  readonly hits: number;
  /** Those to which it may happen: the sample doesn't tell all that decides. */
  readonly open: number;
  /** What it doesn't tell of those. */
  readonly lacks: readonly string[];
  /** Of the hits, most of one kind first. */
  readonly examples: readonly SampleExample[];
  /** Hits of further kinds. */
  readonly more: number;
}

export interface TraceSample extends SampleCounts {
  /** Whose spans: of the servers; where none of them is of the pair, of its caller, of calls of which nobody else wrote one. */
  readonly by: "server" | "client";
  /** Since when there may be spans, RFC 3339. */
  readonly since: string;
  /** Calls of the pair since then, by its rate. */
  readonly calls: number;
  /** There were more traces than were asked for; these are the newest. */
  readonly full: boolean;
  /** Why not all of them could be asked for. */
  readonly problems: readonly string[];
}

/** Whose log it is: of the server's sidecars, of the gateway that calls, of the waypoint before the server, of the ztunnels of its nodes. */
export const LOG_KEEPERS = ["sidecar", "gateway", "waypoint", "ztunnel"] as const;
export type LogKeeper = (typeof LOG_KEEPERS)[number];

export interface LogSample extends SampleCounts {
  readonly by: readonly LogKeeper[];
  /** Of the oldest line that was read, RFC 3339; null: none was. */
  readonly since: string | null;
  readonly lines: number;
  /** Whether they are the newest of each pod: bytes are bounded, too. */
  readonly newest: boolean;
  readonly pods: { readonly read: number; readonly all: number };
  /** Calls of the Service or server by lines that name no caller, or no server, for sure. */
  readonly unnamed: number;
  readonly problems: readonly string[];
}

/** Of one item, which the first members name. null: such a sample tells nothing of it. */
export interface ItemSamples extends Pick<ImpactItem, "verdict" | "source" | "target" | "protocol" | "seen"> {
  readonly traces: TraceSample | null;
  readonly logs: LogSample | null;
}

/** Facts that lines of an access log have in Istio's default format or a ztunnel's, and that Envoy's spans have. */
const LOGGED = /^the (?:method|host|path)|port|address$|identity$/;
/** Which header isn't known, in lower case; null: it is something else. */
export const headerLacked = (fact: string): string | null => /^header (.+)$/.exec(fact)?.[1]?.toLowerCase() ?? null;
const SPANNED = /^the (?:method|host|path)|port/;

/** What rules do with calls besides where they send them: chance, time or the answer decides it, and no request of a sample is judged by it. */
const UNJUDGED: ReadonlySet<ImpactVerdict> = new Set(["aborted", "times-out", "delayed", "retried", "mirrored"]);
/** Of these a fault or a timeout that goes allows calls, too. */
const ROUTES: ReadonlySet<string> = new Set(["VirtualService", "HTTPRoute", "GRPCRoute"]);

/**
 * Which samples can tell something of what isn't known of an item; a span is of a request. `headers`: those that lines hold, in lower
 * case; absent: they may hold any.
 */
export function sampleTells(
  item: Pick<ImpactItem, "verdict" | "certainty" | "rule" | "blindSpots" | "protocol">,
  headers?: readonly string[],
): { readonly traces: boolean; readonly logs: boolean } {
  const { verdict, certainty, rule, blindSpots, protocol } = item;
  const unjudged = UNJUDGED.has(verdict) || (verdict === "allowed" && rule !== null && ROUTES.has(rule.object.kind));
  if (certainty === "certain" || unjudged) return { traces: false, logs: false };
  const some = (pattern: RegExp) => blindSpots.some((fact) => pattern.test(fact));
  const held = blindSpots.some((fact) => {
    const name = headerLacked(fact);
    return name !== null && (headers?.includes(name) ?? true);
  });
  return { traces: protocol !== "tcp" && some(SPANNED), logs: some(LOGGED) || held };
}

/** Of an item that samples can tell something of, what was found; null: nothing was looked for. */
export function samplesOf(item: ImpactItem, all: readonly ItemSamples[]): ItemSamples | null {
  const { traces, logs } = sampleTells(item);
  const same = (each: ItemSamples) =>
    (["verdict", "source", "target", "protocol", "seen"] as const).every((key) => each[key] === item[key]);
  return traces || logs ? (all.find(same) ?? null) : null;
}
