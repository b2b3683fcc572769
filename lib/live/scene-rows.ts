/** The numbers of calls, edges and nodes as columns, each row read from the graph once. */
import type { GraphEdge, GraphNode } from "#lib/graph/model.ts";
import { mayDenyMore, mostDenied } from "#lib/graph/trial-sum.ts";
import { CHANGES, EDGE_BITS, PROTOCOLS } from "#lib/layout/scene.ts";
import { KeptRows } from "./kept-rows.ts";
import { bitsOf, bytesOf, errorShareOf, lockOf, shapeOf, stateOf } from "./marks.ts";

export const orNaN = (value: number | null | undefined) => value ?? Number.NaN;
const changeOf = ({ change }: { readonly change?: (typeof CHANGES)[number] }) => CHANGES.indexOf(change ?? "none");

export const TCP = PROTOCOLS.indexOf("tcp");
const protocolOf = ({ protocol }: GraphEdge) => PROTOCOLS.indexOf(protocol);

function callColumns(count: number) {
  const exact = () => new Float64Array(count);
  return { protocol: new Uint8Array(count), rate: exact(), errors: exact(), p95: exact(), bytes: exact() };
}

function writeCall(calls: ReturnType<typeof callColumns>, at: number, edge: GraphEdge): void {
  const { rate, errorRate, latency, protocol } = edge;
  calls.protocol[at] = protocolOf(edge);
  calls.rate[at] = orNaN(rate);
  // With an unknown part the sum is unknown; what carried nothing hides no failure, and has no latency.
  const flows = rate !== null && rate > 0;
  calls.errors[at] = errorRate ?? (flows ? Number.NaN : 0);
  calls.p95[at] = flows ? orNaN(latency?.p95) : Number.NaN;
  calls.bytes[at] = protocol === "tcp" ? bytesOf(edge) : Number.NaN;
}

export type Calls = ReturnType<typeof callColumns>;

/** What a call carries, to be compared with what else its source sends: bytes of tcp, else requests. */
export const amountOf = (calls: Calls, at: number) =>
  (calls.protocol[at] === TCP ? calls.bytes[at] : calls.rate[at]) as number;

function nodeColumns(count: number) {
  const codes = () => new Uint8Array(count);
  return { shape: codes(), state: codes(), change: codes(), bits: new Uint16Array(count) };
}

function writeNode(nodes: ReturnType<typeof nodeColumns>, at: number, node: GraphNode): void {
  nodes.shape[at] = shapeOf(node);
  nodes.state[at] = stateOf(node);
  nodes.change[at] = changeOf(node);
  nodes.bits[at] = bitsOf(node);
}

function edgeBits(edge: GraphEdge): number {
  return (
    (edge.streaming ? EDGE_BITS.streaming : 0) |
    (edge.newborn === undefined ? 0 : EDGE_BITS.newborn) |
    (edge.outcomes !== null && edge.outcomes.neverArrived > 0 ? EDGE_BITS.lost : 0) |
    (mostDenied(edge) > 0 || mayDenyMore(edge) ? EDGE_BITS.tried : 0)
  );
}

function edgeColumns(count: number) {
  const floats = () => new Float32Array(count);
  const codes = () => new Uint8Array(count);
  return {
    ...{ protocol: codes(), state: codes(), lock: codes(), bits: codes(), change: codes() },
    ...{ rate: floats(), requests: floats(), errorShare: floats(), bytes: floats(), mtls: floats() },
    ...{ mean: floats(), p50: floats(), p95: floats(), p99: floats(), sent: floats(), received: floats() },
    ...{ messagesSent: floats(), messagesReceived: floats(), amount: new Float64Array(count) },
  };
}

function writeEdge(edges: ReturnType<typeof edgeColumns>, at: number, edge: GraphEdge): void {
  const { latency, bytesPerSecond, messagesPerSecond } = edge;
  const bytes = edge.protocol === "tcp" ? bytesOf(edge) : Number.NaN;
  edges.protocol[at] = protocolOf(edge);
  edges.state[at] = stateOf(edge);
  edges.lock[at] = lockOf(edge);
  edges.bits[at] = edgeBits(edge);
  edges.change[at] = changeOf(edge);
  edges.rate[at] = orNaN(edge.rate);
  edges.requests[at] = orNaN(edge.requests);
  edges.errorShare[at] = errorShareOf(edge);
  edges.bytes[at] = bytes;
  edges.mtls[at] = orNaN(edge.mtls);
  edges.mean[at] = orNaN(latency?.mean);
  edges.p50[at] = orNaN(latency?.p50);
  edges.p95[at] = orNaN(latency?.p95);
  edges.p99[at] = orNaN(latency?.p99);
  edges.sent[at] = orNaN(bytesPerSecond?.sent);
  edges.received[at] = orNaN(bytesPerSecond?.received);
  edges.messagesSent[at] = orNaN(messagesPerSecond?.sent);
  edges.messagesReceived[at] = orNaN(messagesPerSecond?.received);
  edges.amount[at] = edge.protocol === "tcp" ? bytes : orNaN(edge.rate);
}

/** Rows as they were written at the last refresh. One for each picture; what they hold is of whom it is made for alone. */
export class SceneRows {
  /** Every call of the answer, exact: sums are made of these. */
  readonly calls = new KeptRows(callColumns, writeCall);
  /** Those that are drawn. */
  readonly edges = new KeptRows(edgeColumns, writeEdge);
  readonly nodes = new KeptRows(nodeColumns, writeNode);
}
