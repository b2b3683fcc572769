/**
 * Which connections come to a workload's sidecar, by its pods' annotations, and which of its pods have a proxy at all. What comes past
 * it meets no policy and no mutual TLS; what leaves past it has no route and no identity.
 * https://istio.io/latest/docs/reference/config/annotations/, getAnnotation and validateAnnotations in istiod's pkg/kube/inject,
 * handleInboundPortsInclude and Run in istio's tools/istio-iptables/pkg/capture/run.go
 */
import type { Dataplane } from "#lib/graph/model.ts";
import { CAPTURE, CAPTURE_NOTES } from "#lib/inventory/capture-notes.ts";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import { inBlock, isBlock } from "./authorization/address.ts";
import { isKnown, lacking, not, some, type Truth } from "./truth.ts";

export type Captured = Pick<Workload, "dataplane" | "annotations" | "pods">;

/** Whether a connection comes past the sidecar, and which annotation says so; null: none, or the port is the sidecar's own. */
export interface Past {
  readonly past: Truth;
  readonly by: keyof typeof CAPTURE | null;
}

/** Longer lists aren't read: annotations are text of strangers. */
const LONGEST = 10_000;
const SHOWN = 60;

type List = "all" | readonly string[] | null;
/** null: no list that the injector takes, by which no pod starts. `*` alone is all. */
const listOf = (text: string, fits: (item: string) => boolean): List => {
  if (text === "*") return "all";
  if (text.length > LONGEST) return null;
  const items = text === "" ? [] : text.split(",");
  return items.every(fits) ? items : null;
};

/** The numbers as they are written: `080` is 80. (parsePorts in pkg/kube/inject/validate.go) */
function portList(text: string): List {
  const list = listOf(text.trim(), (item) => /^\s*\d{1,6}\s*$/.test(item) && Number(item) <= 65_535);
  return list === null || list === "all" ? list : list.map((each) => String(Number(each)));
}

/** Blocks with their length. (validateCIDRList there) */
const blockList = (text: string): List =>
  listOf(text, (item) => item.includes("/") && isBlock(item) && !/\s/.test(item));

const INSIDE: Past = { past: false, by: null };
const unread = (by: keyof typeof CAPTURE, text: string): Past => ({
  by,
  past: lacking(
    `what ${CAPTURE[by]}: ${JSON.stringify(text.slice(0, SHOWN))} lets past the sidecar: it is no list that Istio takes`,
  ),
});

/** What no list says: pods that differ, and a sidecar that nothing is sent to by itself. */
function unsure({ annotations, pods }: Captured): Past | null {
  if (annotations[CAPTURE.interceptionMode] === "NONE")
    return { by: "interceptionMode", past: lacking("what comes to a sidecar whose interceptionMode is NONE") };
  return differs({ pods })
    ? { by: null, past: lacking("which connections come past the sidecar: the pods’ annotations differ") }
    : null;
}

const differs = ({ pods }: Pick<Captured, "pods">): boolean =>
  pods.some(({ capturedOtherwise, unmeshed }) => capturedOtherwise === true && unmeshed !== true);

/** Of workloads with the same key the same comes, or leaves, past the sidecar. */
export const captureKey = ({ dataplane, annotations, pods }: Captured): string =>
  JSON.stringify([dataplane, differs({ pods }), ...CAPTURE_NOTES.map((name) => annotations[name] ?? null)]);

/** Connections to one of a workload's own ports. null: its number isn't known. What isn't a sidecar's is taken as it is. */
export function pastInbound(workload: Captured, port: number | null): Past {
  if (workload.dataplane !== "sidecar") return INSIDE;
  const open = unsure(workload);
  if (open !== null) return open;
  const included = workload.annotations[CAPTURE.includeInboundPorts];
  const excluded = workload.annotations[CAPTURE.excludeInboundPorts];
  const only = included === undefined ? "all" : portList(included);
  if (only === null) return unread("includeInboundPorts", included ?? "");
  if (only !== "all") {
    // A list leaves out all others, and what is excluded isn't asked any more.
    const taken = only.length === 0 ? false : holds(only, port);
    return { past: not(taken), by: taken === true ? null : "includeInboundPorts" };
  }
  if (port !== null && OF_ISTIO.has(String(port))) return { past: true, by: null };
  const list = excluded === undefined ? [] : portList(excluded);
  // The injector takes no `*` here, and neither does iptables.
  if (list === null || list === "all") return unread("excludeInboundPorts", excluded ?? "");
  const past = list.filter((each) => !OF_ISTIO.has(each)).length === 0 ? false : holds(list, port);
  return { past, by: past === false ? null : "excludeInboundPorts" };
}

/** Connections to ports that no annotation names. */
export const pastElsewhere = (workload: Captured): Past => pastInbound(workload, -1);

/** A workload's own ports that annotations name, without Istio's. */
export function namedPorts({ dataplane, annotations }: Captured): readonly number[] {
  if (dataplane !== "sidecar") return [];
  const lists = [CAPTURE.includeInboundPorts, CAPTURE.excludeInboundPorts].map((name) =>
    portList(annotations[name] ?? ""),
  );
  return ownPorts(lists.flatMap((list) => (list === null || list === "all" ? [] : list))).map(Number);
}

const holds = (list: readonly string[], port: number | null): Truth =>
  port === null ? lacking("the workload’s port") : list.includes(String(port));

/** Ports of the agent and the proxy themselves, which the injector excludes beside the annotation's. https://istio.io/latest/docs/ops/deployment/application-requirements/ */
const OF_ISTIO: ReadonlySet<string> = new Set(["15020", "15021", "15090"]);

/** Whether the agent or the proxy of every pod listens there by itself, whatever objects say. */
export const isOfIstio = (port: number): boolean => OF_ISTIO.has(String(port));

/** Its own ports by number, without Istio's, as an annotation lists them. */
const ownPorts = (list: readonly string[]): readonly string[] =>
  [...new Set(list)].filter((each) => !OF_ISTIO.has(each));

/**
 * Connections that a workload opens, by the port and the address that it calls: ports that are excluded, then blocks that are, then ports
 * that are included, then blocks. `addresses`: those that it may call; none: not known.
 */
export function pastOutbound(workload: Captured, port: number, addresses: readonly string[]): Past {
  if (workload.dataplane !== "sidecar") return INSIDE;
  const open = unsure(workload);
  if (open !== null) return open;
  const note = (by: keyof typeof CAPTURE): string | undefined => workload.annotations[CAPTURE[by]];
  const read = (by: keyof typeof CAPTURE, list: (text: string) => List): List => list(note(by) ?? "");
  const [without, within] = [read("excludeOutboundPorts", portList), read("includeOutboundPorts", portList)];
  const outside = read("excludeOutboundIPRanges", blockList);
  const inside = note("includeOutboundIPRanges") === undefined ? "all" : read("includeOutboundIPRanges", blockList);
  if (without === null || without === "all") return unread("excludeOutboundPorts", note("excludeOutboundPorts") ?? "");
  if (without.includes(String(port))) return { past: true, by: "excludeOutboundPorts" };
  if (outside === null || outside === "all")
    return unread("excludeOutboundIPRanges", note("excludeOutboundIPRanges") ?? "");
  const excluded = among(outside, addresses);
  if (excluded === true) return { past: true, by: "excludeOutboundIPRanges" };
  if (within === null) return unread("includeOutboundPorts", note("includeOutboundPorts") ?? "");
  const anyway = within === "all" || within.includes(String(port));
  if (inside === null) return unread("includeOutboundIPRanges", note("includeOutboundIPRanges") ?? "");
  const left = anyway || inside === "all" ? false : not(among(inside, addresses));
  const past = some([excluded, left]);
  return { past, by: past === false ? null : left === false ? "excludeOutboundIPRanges" : "includeOutboundIPRanges" };
}

/** Whether blocks hold what is called: all of the addresses, or none. */
function among(blocks: readonly string[], addresses: readonly string[]): Truth {
  if (blocks.length === 0) return false;
  const held = addresses.map((address) => some(blocks.map((block) => inBlock(block, address) ?? lacking(CALLED))));
  const [first, ...others] = held;
  if (first === undefined || !isKnown(first)) return lacking(CALLED);
  return others.every((each) => each === first) ? first : lacking(CALLED);
}

const CALLED = "the address that is called";

export interface PodKind {
  readonly dataplane: Dataplane;
  readonly pods: readonly PodRef[];
}

/** A workload's pods by what stands before them: one that is partly meshed has two kinds, the larger first. */
export function podKinds({ dataplane, mesh, pods }: Pick<Workload, "dataplane" | "mesh" | "pods">): readonly PodKind[] {
  const bare = pods.filter(({ unmeshed }) => unmeshed === true);
  const meshed = pods.filter(({ unmeshed }) => unmeshed !== true);
  if (bare.length === 0 || meshed.length === 0 || (mesh !== null && dataplane === "none")) return [{ dataplane, pods }];
  // Most have none: of the others those with a proxy of their own report.
  const other = dataplane === "none" ? (meshed.some(({ reports }) => reports) ? "sidecar" : "ambient") : dataplane;
  const kinds = [
    { dataplane: other, pods: meshed },
    { dataplane: "none", pods: bare },
  ] as const;
  return kinds.toSorted((a, b) => b.pods.length - a.pods.length);
}

/** Of several ports, some of which come past the sidecar. */
export const WHICH_PORT = lacking("which of the Service’s ports is called");

const WORDS: Readonly<Record<Dataplane, string>> = {
  ...{ sidecar: "with a sidecar", ambient: "in ambient", none: "without a proxy" },
  ...{ gateway: "that is a gateway", waypoint: "that is a waypoint" },
};

/** `1 of 2 pods, without a proxy`. */
export const kindInWords = ({ dataplane, pods }: PodKind, of: number): string =>
  `${pods.length} of ${of} pods, ${WORDS[dataplane]}`;

/** `port 8080 comes past the sidecar (excludeInboundPorts)`. */
export const pastInWords = (port: number | null, { by }: Past): string =>
  `${port === null ? "the port" : `port ${port}`} comes past the server’s sidecar${by === null ? "" : ` (${by})`}`;
