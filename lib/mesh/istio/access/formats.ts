/**
 * Forms that a proxy's access log can have: Istio's defaults, and what the mesh's settings say. Each reads a line into values by
 * operator, and says what its lines can't tell. Pure.
 */
import { at, isObject } from "#lib/policy/json.ts";
import { headerOf, IDENTITY, ORIGINAL_PATH, PATH } from "./extras.ts";
import { type Field, type Segment, segmentsOf } from "./format.ts";
import { type Match, matchLine } from "./match.ts";

export interface AccessFormat {
  /** As a sentence has it: `Istio’s default text format`. */
  readonly name: string;
  /** What its lines can't tell, and for want of which operator, as ends of sentences: `has no %X%: …`. */
  readonly lacks: readonly string[];
  /** No line of it tells who called, or how. */
  readonly mute: boolean;
  /** Headers of requests that its lines hold, in lower case. */
  readonly headers: readonly string[];
  /** Whether a line begins like one of it. */
  readonly begins: (line: string) => boolean;
  /** Values by operator (`REQ(:PATH)`), `-` where there is none, null where it can't be told which they are. */
  readonly read: (line: string) => Match;
}

/** The operators that say it, the first that is there. */
export const OPERATORS = {
  /** Whatever a header says. */
  direct: ["DOWNSTREAM_DIRECT_REMOTE_ADDRESS", "DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT"],
  remote: ["DOWNSTREAM_REMOTE_ADDRESS", "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT"],
  forwarded: ["REQ(X-FORWARDED-FOR)"],
  serverName: ["REQUESTED_SERVER_NAME"],
  cluster: ["UPSTREAM_CLUSTER", "UPSTREAM_CLUSTER_RAW"],
  details: ["RESPONSE_CODE_DETAILS"],
  local: ["DOWNSTREAM_LOCAL_ADDRESS"],
  method: ["REQ(:METHOD)"],
  path: [ORIGINAL_PATH, PATH],
  authority: ["REQ(:AUTHORITY)", "REQ(HOST)"],
  protocol: ["PROTOCOL"],
  code: ["RESPONSE_CODE"],
  flags: ["RESPONSE_FLAGS"],
  upstream: ["UPSTREAM_HOST", "UPSTREAM_REMOTE_ADDRESS"],
} as const;

/** https://github.com/istio/istio/blob/master/pilot/pkg/model/telemetry_logging.go : EnvoyTextLogFormat. */
export const DEFAULT_TEXT = [
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS%',
  '%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED%',
  '%BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%"',
  '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS%',
  "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%",
].join(" ");
/** EnvoyJSONLogFormatIstio, as far as anything is read of it. */
export const DEFAULT_LABELS: Readonly<Record<string, string>> = {
  method: "%REQ(:METHOD)%",
  path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  protocol: "%PROTOCOL%",
  response_code: "%RESPONSE_CODE%",
  response_flags: "%RESPONSE_FLAGS%",
  response_code_details: "%RESPONSE_CODE_DETAILS%",
  x_forwarded_for: "%REQ(X-FORWARDED-FOR)%",
  user_agent: "%REQ(USER-AGENT)%",
  request_id: "%REQ(X-REQUEST-ID)%",
  authority: "%REQ(:AUTHORITY)%",
  upstream_host: "%UPSTREAM_HOST%",
  upstream_cluster: "%UPSTREAM_CLUSTER_RAW%",
  downstream_local_address: "%DOWNSTREAM_LOCAL_ADDRESS%",
  downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%",
  requested_server_name: "%REQUESTED_SERVER_NAME%",
};

/** `empty`: what isn't there is written as nothing (omitEmptyValues). Newlines at the end are the line's own. */
export function textFormat(name: string, format: string, empty = false): AccessFormat {
  let end = format.length;
  while (format[end - 1] === "\n") end -= 1;
  const segments = segmentsOf(format.slice(0, end));
  if (segments === null)
    return {
      ...{ name, mute: true, headers: [], lacks: ["isn’t one that can be read: it tells nothing"] },
      ...NO_LINE,
    };
  // Whoever writes a path then writes whole lines: with such a form about, none counts.
  if (segments.some((each) => typeof each === "string" && each.includes("\n")))
    return {
      ...{ name, mute: true, headers: [], lacks: ["takes several lines for a call: nothing is told for sure"] },
      ...ALL_LINES,
    };
  const [first] = segments;
  const lead = typeof first === "string" ? first : "";
  const told = lacking(segments.filter((each): each is Field => typeof each !== "string"));
  const joined = segments.some((each, i) => i > 0 && typeof each !== "string" && typeof segments[i - 1] !== "string");
  return {
    name,
    lacks: joined ? [...told.lacks, "has values with nothing between them: lines can’t be read for sure"] : told.lacks,
    ...{ mute: told.mute, headers: told.headers },
    begins: (line) => lead !== "" && line.startsWith(lead),
    read: (line) => unquoted(matchLine(segments, line, empty)),
  };
}

const NO_LINE: Pick<AccessFormat, "begins" | "read"> = { begins: () => false, read: () => null };
const ALL_LINES: typeof NO_LINE = { begins: () => true, read: () => NOTHING };

/** A caller that writes quotes means harm: then nothing of the line counts. */
function unquoted(match: Match): Match {
  const forged = [...(match ?? [])].some(([operator, value]) => operator.startsWith("REQ(") && value?.includes('"'));
  return forged ? NOTHING : match;
}

/** Of its form, and no value of it is known. */
const NOTHING: ReadonlyMap<string, null> = new Map();

interface Leaf {
  readonly place: readonly string[];
  readonly segments: readonly Segment[];
}

/** Labels may hold maps of labels. A line is of this format where every label that tells something is in it. */
export function jsonFormat(name: string, labels: unknown, empty = false): AccessFormat {
  const leaves = leavesOf(labels, []);
  const told = lacking(leaves.flatMap(({ segments }) => segments.filter((each) => typeof each !== "string")));
  const read = leaves.flatMap((leaf) => {
    const operators = leaf.segments.flatMap((each) => (typeof each === "string" ? [] : each.operator));
    return operators.some((each) => READ.has(each) || headerOf(each) !== null)
      ? [{ ...leaf, needed: !empty && operators.some((each) => NEEDED.has(each)) }]
      : [];
  });
  const some = read.some(({ segments }) =>
    segments.some((each) => typeof each !== "string" && REMOTES.has(each.operator)),
  );
  return {
    ...{ name, ...told },
    begins: () => false,
    read: (line) => (line.startsWith("{") && some ? readJson(line, read, empty) : null),
  };
}

const READ: ReadonlySet<string> = new Set([...Object.values(OPERATORS).flat(), IDENTITY]);
const { direct, remote, forwarded, serverName, cluster, details } = OPERATORS;
const REMOTES: ReadonlySet<string> = new Set([...direct, ...remote]);
const NEEDED: ReadonlySet<string> = new Set([...REMOTES, ...forwarded, ...serverName, ...cluster, ...details]);
/** Labels of one line, and maps in one another. */
const [LABELS, DEEP] = [200, 8];

function leavesOf(value: unknown, place: readonly string[]): readonly Leaf[] {
  if (!isObject(value) || place.length > DEEP) return [];
  const leaves: Leaf[] = [];
  for (const [key, inner] of Object.entries(value).slice(0, LABELS)) {
    const here = [...place, key];
    const segments = typeof inner === "string" ? segmentsOf(inner) : null;
    if (segments !== null) leaves.push({ place: here, segments });
    else leaves.push(...leavesOf(inner, here));
  }
  return leaves;
}

function readJson(line: string, leaves: readonly (Leaf & { readonly needed: boolean })[], empty: boolean): Match {
  const read = parsed(line);
  if (!isObject(read)) return null;
  const values = new Map<string, string | null>();
  for (const { place, segments, needed } of leaves) {
    const found = at(read, ...place);
    if (found === undefined && needed) return null;
    const [only] = segments;
    // One operator alone is written as it is, null where there is nothing; else it is text, as in a line of text.
    if (segments.length === 1 && only !== undefined && typeof only !== "string") {
      values.set(only.operator, wordOf(found));
      // Who called is written as text, or it isn't such a line.
      if (REMOTES.has(only.operator) && typeof found !== "string") return null;
      continue;
    }
    const match = typeof found === "string" ? matchLine(segments, found, empty) : null;
    if (match === null && needed) return null;
    for (const [operator, value] of match ?? []) values.set(operator, value);
  }
  return values;
}

const wordOf = (found: unknown): string =>
  typeof found === "string" && found !== "" ? found : typeof found === "number" ? String(found) : "-";

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** What of `operators` there isn't, and what can't be told without it. */
function lacking(fields: readonly Field[]): Pick<AccessFormat, "lacks" | "mute" | "headers"> {
  const there = new Set(fields.map(({ operator }) => operator));
  const has = (what: keyof typeof OPERATORS): boolean => OPERATORS[what].some((each) => there.has(each));
  const no = (what: keyof typeof OPERATORS, text: string) =>
    has(what) ? [] : [`has no %${OPERATORS[what][0]}%: ${text}`];
  const needed = [
    ...(has("direct") ? [] : no("remote", "who called can’t be told")),
    ...no("serverName", "plaintext can’t be told"),
    ...no("cluster", "calls into the workload can’t be told from its own"),
  ];
  const more = [
    ...(has("direct") ? [] : no("forwarded", "an address may be what a header says, so it names nobody")),
    ...no("details", "what STRICT refused already isn’t told"),
  ];
  const headers = [...new Set([...there].flatMap((operator) => headerOf(operator) ?? []))];
  return { lacks: [...needed, ...(needed.length > 0 ? [] : more)], mute: needed.length > 0, headers };
}

/** Where the mesh's settings say nothing, or can't be read. */
export const DEFAULTS: readonly AccessFormat[] = [
  textFormat("Istio’s default text format", DEFAULT_TEXT),
  jsonFormat("Istio’s default JSON", DEFAULT_LABELS),
];
