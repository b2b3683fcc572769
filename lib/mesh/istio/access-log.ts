/**
 * Who called a server, by its proxy's access log: lines of Istio's default formats, or of those that the mesh's settings name. A caller
 * writes parts of a line itself (path, agent, forwarded addresses) and Envoy quotes nothing there, so what can be read in more than one
 * way counts for nothing, and is never guessed at.
 * https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format
 */
import { agreed, type Extras, extrasOf } from "./access/extras.ts";
import { type AccessFormat, DEFAULTS, OPERATORS } from "./access/formats.ts";

/** One call, or one connection, as the server's proxy wrote it down. */
export interface InboundCall {
  /** Without its port: `10.1.2.3`, `fd00::7`. */
  readonly address: string;
  /** The address stands in a header of the request (X-Forwarded-For), which anybody can write. */
  readonly claimed: boolean;
  /** By the server name that the client asked for: Istio's own, another, or none (`plaintext`). */
  readonly sends: "mutual TLS" | "own TLS" | "plaintext";
  /** STRICT refused it already. */
  readonly refused: boolean;
  /** The pod that called, as its mesh knew it then; absent: it isn't told. */
  readonly pod?: { readonly namespace: string; readonly name: string };
}

/** What the line says of the request beside who sent it. */
export interface LoggedFacts {
  /** Where it arrived: of the pod, not of the Service. null: the line doesn't tell. */
  readonly port: number | null;
  /** null: a connection without one that could be read, or words of the caller that can't be told apart. */
  readonly request: LoggedRequest | null;
  /** The proxy read no request of it; null: not told. */
  readonly bytes: boolean | null;
  /** null: none was sent. */
  readonly code: number | null;
  /** Envoy's response flags. */
  readonly flags: readonly string[];
  /** Where its form holds them. */
  readonly extras: Extras;
}

/** All of it in the caller's words. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. Where a proxy on the way rewrote it and said so (x-envoy-original-path), the path before that, if its form writes it. */
  readonly path: string;
  readonly authority: string | null;
  /** `HTTP/1.1`, `HTTP/2` */
  readonly protocol: string;
}

export type AccessLine =
  | { readonly kind: "inbound"; readonly call: InboundCall; readonly facts: LoggedFacts }
  /** Of an access log, and of no call into the server. */
  | { readonly kind: "other" }
  /** Looks like a line of an access log, and can't be read for sure. */
  | { readonly kind: "unreadable" };

/** Longer ones are cut by who reads logs. */
const LONGEST = 16 * 1024;

/**
 * By the forms that its proxy may write; without them, by Istio's defaults. null: no line of an access log.
 * Where two forms read it differently it is unreadable.
 */
export const readAccessLine = (text: string, formats: readonly AccessFormat[] = DEFAULTS): AccessLine | null =>
  readBy(text, formats, (at, { mute }) => (mute ? UNREADABLE : lineOf(at)), withExtras);

/** The same of any reading of its values. What a form holds beside is told where all readings agree. */
export function readBy<Line>(
  text: string,
  formats: readonly AccessFormat[],
  read: (at: Values, format: AccessFormat) => Line | Unreadable,
  add: (line: Line | Unreadable, extras: Extras) => Line | Unreadable,
): Line | Unreadable | null {
  if (text.length > LONGEST) return null;
  const lines: (Line | Unreadable)[] = [];
  const extras: Extras[] = [];
  for (const format of formats) {
    const match = format.read(text);
    if (match === null) continue;
    lines.push(read(valuesOf(match), format));
    extras.push(extrasOf(match));
  }
  const [first, ...others] = lines;
  if (first === undefined) return looksLike(text, formats) ? UNREADABLE : null;
  const said = JSON.stringify(first);
  return others.every((other) => JSON.stringify(other) === said) ? add(first, agreed(extras)) : UNREADABLE;
}

const withExtras = (line: AccessLine, extras: Extras): AccessLine =>
  line.kind === "inbound" ? { ...line, facts: { ...line.facts, extras } } : line;

interface Unreadable {
  readonly kind: "unreadable";
}

/** No chain of filters takes it: it was plaintext, or another TLS, to STRICT. */
const REFUSED = "filter_chain_not_found";

const OTHER: AccessLine = { kind: "other" };
export const UNREADABLE: Unreadable = { kind: "unreadable" };

/** Begins like a line of one of the forms; with a bracket, then a time is in it. */
const looksLike = (text: string, formats: readonly AccessFormat[]): boolean =>
  formats.some(({ begins }) => begins(text)) && !(text.startsWith("[") && !/^\[\d{4}-\d\d-\d\dT/.test(text));

/** `-`: nothing. null: it can't be told, by this line or by any of its form. */
type At = (what: keyof typeof OPERATORS) => string | null;

/** A line's values by what they say. */
export interface Values {
  readonly at: At;
  /** Whether its form has one of these operators. */
  readonly has: (what: keyof typeof OPERATORS) => boolean;
  /** What it has of these can be read in more than one way. */
  readonly ambiguous: (what: keyof typeof OPERATORS) => boolean;
}

function valuesOf(values: ReadonlyMap<string, string | null>): Values {
  const all = (what: keyof typeof OPERATORS): readonly string[] => OPERATORS[what];
  return {
    at: (what) => {
      const operator = all(what).find((each) => values.has(each));
      const value = operator === undefined ? null : (values.get(operator) ?? null);
      return value === "" ? "-" : value;
    },
    has: (what) => all(what).some((each) => values.has(each)),
    ambiguous: (what) => all(what).some((each) => values.get(each) === null),
  };
}

function lineOf({ at, has, ambiguous }: Values): AccessLine {
  const cluster = at("cluster");
  const refused = at("details") === REFUSED;
  if (cluster === null) return UNREADABLE;
  if (!refused && !cluster.startsWith("inbound|") && !cluster.startsWith("InboundPassthroughCluster")) return OTHER;
  const direct = has("direct");
  const address = addressOf(at(direct ? "direct" : "remote") ?? "");
  const sends = sentBy(at("serverName"));
  if (address === null || sends === null || ambiguous("forwarded")) return UNREADABLE;
  const claimed = !direct && at("forwarded") !== "-";
  return { kind: "inbound", call: { address, claimed, sends, refused }, facts: factsOf(at) };
}

function factsOf(at: At): LoggedFacts {
  const [code, flags] = [at("code") ?? "-", at("flags") ?? "-"];
  return {
    port: portOf(at("local")),
    ...{ request: requestOf(at), bytes: isBytes(at) },
    code: /^[1-9]\d{2}$/.test(code) ? Number(code) : null,
    flags: flags === "-" ? [] : flags.split(","),
    extras: agreed([]),
  };
}

/** What isn't there is written as `-`. A connection that was refused might have carried anything. */
export function isBytes(at: At): boolean | null {
  const method = at("method");
  return method === null || at("details") === REFUSED ? null : method === "-";
}

/** Of `10.1.2.3:8080`; null: none. */
export function portOf(address: string | null): number | null {
  const port = Number(/:(\d{1,5})$/.exec(address ?? "")?.[1] ?? 0);
  return port > 0 && port <= 65_535 ? port : null;
}

/** Where one of these can't be told, whoever wrote the path wrote more than that. */
export function requestOf(at: At): LoggedRequest | null {
  const [method, path, protocol, authority] = [at("method"), at("path"), at("protocol"), at("authority")];
  if (method === null || path === null || protocol === null || authority === null) return null;
  if (method === "-" || !/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(method)) return null;
  if (!/^\S+$/.test(path) || !/^HTTP\/[\d.]{1,3}$/.test(protocol)) return null;
  return { method, path, protocol, authority: authority === "-" ? null : authority };
}

/** Istio's clients ask for `outbound_.PORT_.SUBSET_.HOST`. Callers write that name: null where it is none that a host has. */
function sentBy(serverName: string | null): InboundCall["sends"] | null {
  if (serverName === null || !/^[^\s"]{1,255}$/.test(serverName)) return null;
  if (serverName === "-") return "plaintext";
  return /^outbound(?:_\.|\|)/.test(serverName) ? "mutual TLS" : "own TLS";
}

/** `10.1.2.3:50412` or `[fd00::7]:50412`, or without a port; null: no address. */
export function addressOf(remote: string): string | null {
  const [, v4, v6] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\])(?::\d{1,5})?$/.exec(remote) ?? [];
  if (v4 !== undefined || v6 !== undefined) return v4 ?? v6?.toLowerCase() ?? null;
  // IPv6 alone: two colons at least, so that nothing else looks like it.
  return /^(?=(?:[^:]*:){2})[0-9a-fA-F:.]{2,45}$/.test(remote) ? remote.toLowerCase() : null;
}
