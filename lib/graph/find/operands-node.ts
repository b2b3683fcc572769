/** Operands of nodes: names, traffic, membership. Those of Istio's configuration are in operands-config.ts. */
import type { Badge } from "../badges.ts";
import { parseNodeId } from "../id.ts";
import type { GraphNode, Protocol } from "../model.ts";
import { LAST_RANK } from "../rank.ts";
import type { GraphIndex } from "./graph-index.ts";
import { flag, number, type Operand, text, word } from "./operand.ts";

const some = (name: string | undefined): readonly string[] => (name === undefined ? [] : [name]);
const badged = (badge: Badge) => (node: GraphNode) => node.badges.includes(badge);

const flow = (direction: "inbound" | "outbound", protocol: Protocol) => (_: GraphNode, graph: GraphIndex, at: number) =>
  graph.traffic(at)[direction].byProtocol[protocol] ?? null;

/** Every name that a node goes by, without where it runs. */
function namesOf(node: GraphNode): readonly string[] {
  switch (node.kind) {
    case "namespace":
      return [node.namespace];
    case "cluster":
      return [node.cluster];
    case "operation":
      return [parseNodeId(node.id)?.name ?? node.id];
    case "restricted":
    case "unknown":
      return [node.kind];
    default:
      return [node.app, node.service, node.workload].filter((name) => name !== undefined);
  }
}

const KINDS = [
  { word: "workload", aliases: ["wl"] },
  "app",
  { word: "service", aliases: ["svc"] },
  { word: "namespace", aliases: ["ns"] },
  "cluster",
  "external",
  "restricted",
  "unknown",
  { word: "operation", aliases: ["op"] },
];

/** Kinds that are in no namespace, and of which nothing can be read: not for the viewer, or not at all. */
const CLOSED: ReadonlySet<GraphNode["kind"]> = new Set(["restricted", "external", "unknown"]);

/** Wholly, or some of its pods or workloads: Kiali marks both. */
const outOfMesh = ({ badges }: GraphNode) => badges.includes("unmeshed") || badges.includes("partly-unmeshed");

function inMesh(node: GraphNode): boolean | null {
  if (outOfMesh(node)) return false;
  return node.dataplane === null ? null : node.dataplane !== "none";
}

/** Kiali's `healthy` and its opposite both leave out what has no health. */
function isHealthy({ health }: GraphNode): boolean | null {
  return health === "idle" || health === "unknown" ? null : health === "healthy";
}

export const NAME_OPERANDS: readonly Operand[] = [
  text("name", "Any name it goes by: of the app, the service, the workload or the host", { node: namesOf }),
  text(
    "namespace",
    "The namespace it is in",
    { node: ({ kind, namespace }) => (kind === "cluster" || CLOSED.has(kind) ? [] : [namespace]) },
    { aliases: ["ns"] },
  ),
  text("cluster", "The cluster it is in", { node: ({ cluster }) => [cluster] }),
  text("workload", "The workload's name", { node: ({ workload }) => some(workload) }, { aliases: ["wl"] }),
  text("app", "The app: Istio's canonical service", { node: ({ app }) => some(app) }),
  text(
    "version",
    "The version: Istio's canonical revision",
    { node: ({ version }) => some(version) },
    { aliases: ["revision"] },
  ),
  text("service", "The service, or the host outside", { node: ({ service }) => some(service) }, { aliases: ["svc"] }),
  word(KINDS, "kind", "What the mark stands for", { node: ({ kind }) => kind }, { aliases: ["node"] }),
  text(
    "label",
    "A Kubernetes label: label:region, or label:region = east",
    {
      node: ({ labels }, _, __, key) => {
        if (labels === undefined) return null;
        return key !== null && Object.hasOwn(labels, key) ? some(labels[key]) : [];
      },
    },
    {
      keyed: true,
      needs: ({ graph }) =>
        graph.nodes.some(({ labels }) => labels !== undefined)
          ? null
          : "No labels are known here: they come from Kubernetes, as of now, and not with the past. app and version need none.",
    },
  ),
];

export const NODE_OPERANDS: readonly Operand[] = [
  number(
    "count",
    "rank",
    "Place by how many others call it: 1 is the most called, who isn't called has none",
    { node: ({ id }, graph) => graph.rank(id) },
    { range: [1, LAST_RANK] },
  ),
  number("rate", "httpin", "HTTP requests coming in", { node: flow("inbound", "http") }),
  number("rate", "httpout", "HTTP requests going out", { node: flow("outbound", "http") }),
  number("rate", "grpcin", "gRPC requests coming in", { node: flow("inbound", "grpc") }),
  number("rate", "grpcout", "gRPC requests going out", { node: flow("outbound", "grpc") }),
  number("bytes", "tcpin", "Bytes both ways on TCP connections coming in", { node: flow("inbound", "tcp") }),
  number("bytes", "tcpout", "Bytes both ways on TCP connections going out", { node: flow("outbound", "tcp") }),
  flag("healthy", "Healthy; its opposite is degraded or failing, never idle or without data", { node: isHealthy }),
  flag("idle", "Known, without traffic in this window", {
    node: ({ health }) => (health === "unknown" ? null : health === "idle"),
  }),
  flag(
    "outside",
    "Outside the clusters and namespaces looked at",
    { node: badged("outside") },
    { aliases: ["outsider"] },
  ),
  flag("inaccessible", "Nothing can be read of it: restricted, a host outside, or unknown", {
    node: ({ kind }) => CLOSED.has(kind),
  }),
  flag("dead", "Its last pod is gone; its numbers fade out of the window", {
    node: ({ goneAt, badges }) => goneAt !== undefined || badges.includes("gone"),
  }),
  flag(
    "sidecar",
    "All of it is in the mesh, by sidecars or the ambient data plane",
    { node: inMesh },
    { aliases: ["sc", "meshed"] },
  ),
  flag(
    "unmeshed",
    "Not in the mesh, or only a part of it: no proxy reports for the rest",
    { node: outOfMesh },
    { aliases: ["outofmesh"] },
  ),
  flag(
    "trafficsource",
    "It calls others and nobody calls it",
    { node: badged("traffic-source") },
    { aliases: ["root"] },
  ),
  number(
    "share",
    "coverage",
    "Share of its pods that report",
    {
      node: ({ coverage }) =>
        coverage === undefined || coverage.pods <= 0 ? null : coverage.reporting / coverage.pods,
    },
    {
      needs: ({ graph }) =>
        graph.configurationAt === null ? "Without Kubernetes nobody knows how many pods there are." : null,
    },
  ),
  word(["sidecar", "ambient", "gateway", "waypoint", "none"], "dataplane", "How it takes part in the mesh", {
    node: ({ dataplane }) => dataplane,
  }),
  text("badge", "A badge by its word, such as partial-coverage", { node: ({ badges }) => badges }),
];
