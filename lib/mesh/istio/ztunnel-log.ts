/**
 * Lines of a ztunnel's log about connections into pods, as text or as JSON (LOG_FORMAT=json), of Istio 1.24 to 1.30: who called, whether
 * by mutual TLS, and what policies on trial would have denied (since 1.29; at level info where AUTHZ_POLICY_INFO_LOGGING is set, else
 * debug). Strings are quoted and escaped there, so a line can be read in one way alone. Pure.
 * https://github.com/istio/ztunnel/blob/master/src/proxy/metrics.rs (ConnectionResult, log_early_deny), src/state.rs (assert_rbac), src/telemetry.rs
 */
import { isObject, own } from "#lib/policy/json.ts";
import { type InboundCall, portOf } from "./access-log.ts";

/** A pod as the ztunnel knew it then; null: it knew none. */
interface LoggedPod {
  readonly namespace: string;
  readonly name: string;
}

export type ZtunnelLine =
  | {
      readonly kind: "inbound";
      readonly to: LoggedPod;
      readonly call: InboundCall;
      /** The peer's, by mutual TLS: `spiffe://cluster.local/ns/shop/sa/web`. null: none. */
      readonly identity: string | null;
      /** Of the pod. null: not told. */
      readonly port: number | null;
    }
  | {
      readonly kind: "dry-run";
      readonly to: LoggedPod;
      /** Who called, without the port. */
      readonly address: string;
      /** `allow`: no rule of any ALLOW policy on trial took it. */
      readonly action: "allow" | "deny";
      /** `namespace/name`; null: of ALLOW no policy is named. */
      readonly policy: string | null;
    }
  /** Of connections, and of none that counts here. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" };

const LONGEST = 16 * 1024;

interface Raw {
  readonly scope: string;
  readonly message: string;
  /** null: the same stands twice. */
  readonly fields: ReadonlyMap<string, string> | null;
  /** `namespace/name` of the pod whose ztunnel it is, and who called it, of a line about policies. */
  readonly workload: string | null;
  readonly peer: string | null;
}

/** null: a line about something else. */
export function readZtunnelLine(text: string): ZtunnelLine | null {
  if (text.length > LONGEST) return null;
  const raw = text.startsWith("{") ? fromJson(text) : fromText(text);
  if (raw === null) return null;
  if (raw.scope === "access") return raw.message.startsWith("connection ") ? connection(raw) : null;
  return /^(?:ztunnel::)?state$/.test(raw.scope) ? trial(raw) : null;
}

const OTHER: ZtunnelLine = { kind: "other" };
const UNREADABLE: ZtunnelLine = { kind: "unreadable" };

function connection({ message, fields }: Raw): ZtunnelLine {
  if (fields === null) return UNREADABLE;
  if (message === "connection opened" || fields.get("direction") !== "inbound") return OTHER;
  const [to, from] = [podAt(fields, "dst"), podAt(fields, "src")];
  const address = hostOf(fields.get("src.addr") ?? "");
  if (address === null) return UNREADABLE;
  // Refused before anybody knew whose pod it is for: by which way it came isn't known either.
  if (to === null) return OTHER;
  const error = fields.get("error") ?? "";
  const identity = fields.get("src.identity") ?? null;
  return {
    kind: "inbound",
    to,
    call: {
      ...{ address, claimed: false, refused: STRICT.test(error) },
      // Written where the peer has proven it, and then only.
      sends: identity === null ? "plaintext" : "mutual TLS",
      ...(from === null ? {} : { pod: from }),
    },
    identity,
    // By a tunnel the connection itself goes to the tunnel's port.
    port: portOf(fields.get("dst.hbone_addr") ?? fields.get("dst.addr") ?? null),
  };
}

/** What istiod makes of PeerAuthentications: https://github.com/istio/istio/blob/master/pilot/pkg/serviceregistry/kube/controller/ambient/authorization.go */
const STRICT = /explicitly denied by: \S*(?:istio_converted_static_strict|converted_peer_authentication_)/;

function podAt(fields: ReadonlyMap<string, string>, end: "src" | "dst"): LoggedPod | null {
  const [namespace, name] = [fields.get(`${end}.namespace`), fields.get(`${end}.workload`)];
  return namespace === undefined || name === undefined ? null : { namespace, name };
}

/** With a colon since 1.30. */
const TRIAL = /^dry-run:? (?:(deny) policy match|(no) allow policies match)$/;

function trial({ message, fields, workload, peer }: Raw): ZtunnelLine | null {
  const found = TRIAL.exec(message.trim());
  if (found === null) return null;
  const [, namespace, name] = /^([^/\s]+)\/([^/\s]+)$/.exec(workload ?? "") ?? [];
  const address = hostOf(peer ?? "");
  const policy = fields?.get("policy") ?? null;
  const action = found[1] === undefined ? "allow" : "deny";
  if (fields === null || namespace === undefined || name === undefined || address === null) return UNREADABLE;
  if (action === "deny" && !/^[^/\s]+\/[^/\s]+$/.test(policy ?? "")) return UNREADABLE;
  return { kind: "dry-run", to: { namespace, name }, address, action, policy: action === "deny" ? policy : null };
}

/** `10.1.2.3:50412`, `[fd00::7]:50412`; null: none. */
function hostOf(address: string): string | null {
  const [, v4, v6] = /^(?:(\d{1,3}(?:\.\d{1,3}){3})|\[([0-9a-fA-F:.]{2,45})\]):\d{1,5}$/.exec(address) ?? [];
  return v4 ?? v6?.toLowerCase() ?? null;
}

/** Time, level, scope with its spans, message and fields, a tab between each. */
function fromText(text: string): Raw | null {
  const [time = "", , scoped, message, ...rest] = text.split("\t");
  if (scoped === undefined || message === undefined || !/^\d{4}-\d\d-\d\dT/.test(time)) return null;
  const [, scope = scoped, spans = ""] = /^([A-Za-z0-9_:]*?)(:[a-z_]+\{.*)$/.exec(scoped) ?? [];
  return {
    ...{ scope, message, fields: fieldsOf(rest.join("\t")) },
    workload: spanOf(spans, "proxy", "wl"),
    peer: spanOf(spans, "inbound", "peer"),
  };
}

/** `:proxy{wl=default/web-1}:inbound{id=5f peer=10.0.0.1:80}` */
function spanOf(spans: string, span: string, key: string): string | null {
  const inside = spans.split(`:${span}{`);
  if (inside.length !== 2) return null;
  const [words = ""] = (inside[1] ?? "").split("}", 1);
  const found = words.split(" ").filter((word) => word.startsWith(`${key}=`));
  return found.length === 1 ? (found[0]?.slice(key.length + 1) ?? null) : null;
}

/** Shown bare, or quoted as Rust does; null: it isn't of that form, or a key stands twice. */
function fieldsOf(text: string): ReadonlyMap<string, string> | null {
  const fields = new Map<string, string>();
  const one = /([A-Za-z_.]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))(?: |$)/y;
  while (one.lastIndex < text.length) {
    const [, key, quoted, bare] = one.exec(text) ?? [];
    if (key === undefined || fields.has(key)) return null;
    fields.set(key, quoted ?? bare ?? "");
  }
  return fields;
}

function fromJson(text: string): Raw | null {
  const read = parsed(text);
  const [scope, message] = [own(read, "scope"), own(read, "message")];
  if (!isObject(read) || typeof scope !== "string" || typeof message !== "string") return null;
  const entries = Object.entries(read).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return {
    ...{ scope, message, fields: new Map(entries) },
    workload: textOf(own(own(read, "proxy"), "wl")),
    peer: textOf(own(own(read, "inbound"), "peer")),
  };
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
