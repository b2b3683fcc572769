/**
 * Who called a server, by its proxy's access log: lines of Istio's default text format, or of its default JSON. A caller writes
 * parts of a line itself (path, agent, forwarded addresses) and Envoy quotes nothing there, so a line that isn't exactly of that form is
 * unreadable, never guessed at.
 * https://istio.io/latest/docs/tasks/observability/logs/access-log/#default-access-log-format
 */
import { isObject } from "#lib/policy/json.ts";

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
}

/** What the line says of the request beside who sent it. */
export interface LoggedFacts {
  /** Where it arrived: of the pod, not of the Service. null: the line doesn't tell. */
  readonly port: number | null;
  /** null: a connection without one that could be read, or words of the caller that can't be told apart. */
  readonly request: LoggedRequest | null;
  /** null: none was sent. */
  readonly code: number | null;
  /** Envoy's response flags. */
  readonly flags: readonly string[];
}

/** All of it in the caller's words. */
export interface LoggedRequest {
  readonly method: string;
  /** With its query. Where a proxy on the way rewrote it and said so (x-envoy-original-path), the path before that. */
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
const WORD = String.raw`([^\s"]+)`;
const QUOTED = '"([^"]*)"';
const FORMAT = new RegExp(
  String.raw`^\[[^\]"]{10,40}\] ${[
    ...[QUOTED, WORD, WORD, WORD, WORD, QUOTED, WORD, WORD, WORD, WORD],
    ...[QUOTED, QUOTED, QUOTED, QUOTED, QUOTED, WORD, WORD, WORD, WORD, WORD, WORD],
  ].join(" ")}$`,
);
const REQUEST = 1;
const CODE = 2;
const FLAGS = 3;
const DETAILS = 4;
const FORWARDED = 11;
const AUTHORITY = 14;
const CLUSTER = 16;
const LOCAL = 18;
const REMOTE = 19;
const SERVER_NAME = 20;

interface Fields {
  /** `GET /path HTTP/1.1` */
  readonly request: string;
  readonly code: string;
  readonly flags: string;
  readonly authority: string;
  readonly local: string;
  readonly details: string;
  readonly forwarded: string;
  readonly cluster: string;
  readonly remote: string;
  readonly serverName: string;
}

/** null: no line of an access log. */
export function readAccessLine(text: string): AccessLine | null {
  if (text.length > LONGEST) return null;
  const json = text.startsWith("{");
  if (!json && !/^\[\d{4}-\d\d-\d\dT/.test(text)) return null;
  const fields = json ? fromJson(text) : fromText(text);
  if (fields === null) return json ? null : UNREADABLE;
  const { cluster, details } = fields;
  const refused = details === "filter_chain_not_found";
  if (!refused && !cluster.startsWith("inbound|") && !cluster.startsWith("InboundPassthroughCluster")) return OTHER;
  const address = addressOf(fields.remote);
  if (address === null) return UNREADABLE;
  return {
    kind: "inbound",
    call: { address, claimed: fields.forwarded !== "-", sends: sentBy(fields.serverName), refused },
    facts: factsOf(fields),
  };
}

function factsOf({ request, code, flags, authority, local }: Fields): LoggedFacts {
  const port = Number(/:(\d{1,5})$/.exec(local)?.[1] ?? 0);
  return {
    port: port > 0 && port <= 65_535 ? port : null,
    request: requestOf(request, authority),
    code: /^[1-9]\d{2}$/.test(code) ? Number(code) : null,
    flags: flags === "-" ? [] : flags.split(","),
  };
}

/** Three words with one space between; else whoever wrote the path wrote more than that. */
function requestOf(text: string, authority: string): LoggedRequest | null {
  const [, method, path, protocol] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}) (\S+) (HTTP\/[\d.]{1,3})$/.exec(text) ?? [];
  if (method === undefined || path === undefined || protocol === undefined || method === "-") return null;
  return { method, path, protocol, authority: authority === "-" ? null : authority };
}

const OTHER: AccessLine = { kind: "other" };
const UNREADABLE: AccessLine = { kind: "unreadable" };

/** Istio's clients ask for `outbound_.PORT_.SUBSET_.HOST`. */
function sentBy(serverName: string): InboundCall["sends"] {
  if (serverName === "-") return "plaintext";
  return /^outbound(?:_\.|\|)/.test(serverName) ? "mutual TLS" : "own TLS";
}

function fromText(text: string): Fields | null {
  const parts = FORMAT.exec(text);
  if (parts === null) return null;
  const at = (index: number): string => parts[index] ?? "-";
  return {
    ...{ request: at(REQUEST), code: at(CODE), flags: at(FLAGS), authority: at(AUTHORITY), local: at(LOCAL) },
    ...{ details: at(DETAILS), forwarded: at(FORWARDED), cluster: at(CLUSTER) },
    ...{ remote: at(REMOTE), serverName: at(SERVER_NAME) },
  };
}

/** `null` in JSON is what `-` is in text. */
function fromJson(text: string): Fields | null {
  const read = parsed(text);
  if (!isObject(read) || typeof read["downstream_remote_address"] !== "string") return null;
  const at = (key: string): string => {
    const value = Object.hasOwn(read, key) ? read[key] : null;
    return typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : "-";
  };
  return {
    request: [at("method"), at("path"), at("protocol")].join(" "),
    ...{ code: at("response_code"), flags: at("response_flags"), authority: at("authority") },
    local: at("downstream_local_address"),
    ...{ details: at("response_code_details"), forwarded: at("x_forwarded_for"), cluster: at("upstream_cluster") },
    ...{ remote: at("downstream_remote_address"), serverName: at("requested_server_name") },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** `10.1.2.3:50412` or `[fd00::7]:50412`; null: no address. */
function addressOf(remote: string): string | null {
  const [, v4, v6] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\]):\d{1,5}$/.exec(remote) ?? [];
  return v4 ?? v6?.toLowerCase() ?? null;
}
