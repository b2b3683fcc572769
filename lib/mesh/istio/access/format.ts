/**
 * Envoy's format strings for access logs, taken apart: literal text, and operators with what they may write. Pure, linear in the format.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 */

/**
 * What an operator may write, rather too much than too little: that one reading of a line alone is possible rests on it. `any`: a caller,
 * an upstream or a setting writes it, spaces and quotes too. `word`: Envoy's own, without either. `number`: digits, or `-`.
 */
export type Takes = "any" | "word" | "number";

export interface Field {
  /** As it stands between the percent signs, headers in capitals: `REQ(:PATH)`. */
  readonly operator: string;
  readonly takes: Takes;
}

export type Segment = string | Field;

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage : settings of a mesh have some thirty. */
const MOST = 200;
const LONGEST = 8192;

const NUMBERS: ReadonlySet<string> = new Set([
  ...["BYTES_RECEIVED", "BYTES_SENT", "DURATION", "RESPONSE_CODE", "REQUEST_DURATION", "RESPONSE_DURATION"],
  ...["REQUEST_TX_DURATION", "RESPONSE_TX_DURATION", "CONNECTION_ID", "UPSTREAM_CONNECTION_ID"],
  ...["DOWNSTREAM_REMOTE_PORT", "DOWNSTREAM_LOCAL_PORT", "UPSTREAM_REMOTE_PORT", "UPSTREAM_LOCAL_PORT"],
  ...["UPSTREAM_REQUEST_ATTEMPT_COUNT", "GRPC_STATUS_NUMBER"],
]);
/** ROUTE_NAME: of a call into a sidecar Istio names it `default`. */
const WORDS: ReadonlySet<string> = new Set([
  ...["START_TIME", "PROTOCOL", "RESPONSE_FLAGS", "RESPONSE_CODE_DETAILS", "CONNECTION_TERMINATION_DETAILS"],
  ...["UPSTREAM_HOST", "UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW", "UPSTREAM_LOCAL_ADDRESS", "UPSTREAM_REMOTE_ADDRESS"],
  ...["DOWNSTREAM_LOCAL_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS"],
  ...["DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"],
  ...["DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT", "UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"],
  ...["DOWNSTREAM_TLS_VERSION", "DOWNSTREAM_TLS_CIPHER", "ROUTE_NAME", "HOSTNAME"],
]);

/** null: nothing that Envoy takes, or longer than is read. */
export function segmentsOf(format: string): readonly Segment[] | null {
  if (format.length > LONGEST) return null;
  const segments: Segment[] = [];
  let literal = "";
  let at = 0;
  while (at < format.length) {
    if (format[at] !== "%") {
      const next = format.indexOf("%", at);
      const end = next < 0 ? format.length : next;
      literal += format.slice(at, end);
      at = end;
      continue;
    }
    if (format[at + 1] === "%") {
      literal += "%";
      at += 2;
      continue;
    }
    const command = commandAt(format, at + 1);
    if (command === null || segments.length >= MOST) return null;
    if (literal !== "") segments.push(literal);
    literal = "";
    segments.push(command.field);
    at = command.end;
  }
  if (literal !== "") segments.push(literal);
  return segments;
}

/** `NAME`, `NAME(…)`, `NAME(…):LENGTH`, and a percent sign: Envoy's own expression for it. */
function commandAt(format: string, from: number): { readonly field: Field; readonly end: number } | null {
  let at = from;
  while (/[A-Z0-9_]/.test(format[at] ?? "")) at += 1;
  const name = format.slice(from, at);
  if (name === "") return null;
  if (format[at] !== "(") return lengthAt(format, at, name, null);
  for (let close = format.indexOf(")", at); close >= 0; close = format.indexOf(")", close + 1)) {
    const found = lengthAt(format, close + 1, name, format.slice(at + 1, close));
    if (found !== null) return found;
  }
  return null;
}

function lengthAt(format: string, from: number, name: string, of: string | null): ReturnType<typeof commandAt> {
  let at = from;
  if (format[at] === ":") {
    at += 1;
    while (/[0-9]/.test(format[at] ?? "")) at += 1;
    if (at === from + 1) return null;
  }
  if (format[at] !== "%") return null;
  const cut = at > from ? format.slice(from, at) : "";
  const operator = `${name}${of === null ? "" : `(${of.toUpperCase()})`}${cut}`;
  return { field: { operator, takes: takenBy(name, of) }, end: at + 1 };
}

/** With something in brackets an operator writes what that asks for: START_TIME(%d %b), RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES). */
function takenBy(name: string, of: string | null): Takes {
  if (of !== null && of !== "") return "any";
  return NUMBERS.has(name) ? "number" : WORDS.has(name) ? "word" : "any";
}
