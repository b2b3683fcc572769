/** The numbers beside marks, as text. */
import { formatBytesRate, formatErrors, formatMs, formatPercent, formatRate } from "#lib/format.ts";
import {
  CHANGES,
  EDGE_BITS,
  type EdgeArrays,
  LOCKS,
  NODE_BITS,
  type NodeArrays,
  PROTOCOLS,
} from "#lib/layout/scene.ts";
import { bytesPerSecond, milliseconds, perSecond, ratio } from "#lib/units.ts";
import { chosenNumbers, type EdgeLabelKind } from "./edge-labels.ts";
import { stateAt } from "./style.ts";

const has = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value);

/** Second line under a node: `61 req/s · 52 ms`, `tcp 1.2 MB/s`, `idle`, `no data`; empty where nothing is known. With its rank, `#3 · …`. */
export function nodeNumbers(nodes: NodeArrays, node: number): string {
  const rank = nodes.rank[node] ?? 0;
  return [rank > 0 ? `#${rank}` : "", changeWord(nodes.change[node]), ownNumbers(nodes, node)]
    .filter(Boolean)
    .join(" · ");
}

/** What a comparison says of a mark; "" where it is in both windows, or nothing is compared. */
export function changeWord(code: number | undefined): "" | "new" | "gone" {
  const change = CHANGES[code ?? 0];
  return change === "new" || change === "gone" ? change : "";
}

function ownNumbers(nodes: NodeArrays, node: number): string {
  const state = stateAt(nodes.state[node]);
  const rate = nodes.rate[node];
  const bytes = nodes.bytes[node];
  const p95 = nodes.p95[node];
  if (state === "idle") return "idle";
  if (has(rate) && rate > 0) {
    const bound = ((nodes.bits[node] ?? 0) & NODE_BITS.p95Bound) !== 0 ? "≤ " : "";
    return has(p95)
      ? `${formatRate(perSecond(rate))} · ${bound}${formatMs(milliseconds(p95))}`
      : formatRate(perSecond(rate));
  }
  if (has(bytes) && bytes > 0) return `tcp ${formatBytesRate(bytesPerSecond(bytes))}`;
  if (state === "nodata") return "no data";
  return has(rate) ? formatRate(perSecond(rate)) : "";
}

/** The label on an edge: what was chosen, or what fits its state. New or gone edges say so, slower and worse ones from what. */
export function edgeNumbers(edges: EdgeArrays, edge: number, kinds: readonly EdgeLabelKind[] = []): string {
  const word = changeWord(edges.change[edge]);
  const change = word === "" ? changedNumbers(edges, edge) : "";
  if (change !== "") return change;
  const bits = edges.bits[edge] ?? 0;
  const stream = (bits & EDGE_BITS.streaming) !== 0 ? "stream" : "";
  const newborn = (bits & EDGE_BITS.newborn) !== 0 ? "≥ " : "";
  const numbers = kinds.length > 0 ? chosenNumbers(edges, edge, kinds) : fittingNumbers(edges, edge);
  return [word, stream, numbers === "" ? "" : `${newborn}${numbers}`].filter(Boolean).join(" · ");
}

/** From here on a latency or a rate of failures has changed rather than wavered. */
const SLOWER = 1.25;
const WORSE = 0.01;

/** `p95 38 ms → 120 ms`, `errors 0 % → 4.2 %`, `12 → 40 req/s`: the change that says most; "" where nothing is compared or nothing changed. */
function changedNumbers(edges: EdgeArrays, edge: number): string {
  const { rateBefore, p95Before, errorShareBefore } = edges;
  const [error, errorWas] = [edges.errorShare[edge], errorShareBefore?.[edge]];
  if (has(error) && has(errorWas) && Math.abs(error - errorWas) >= WORSE)
    return `errors ${formatPercent(ratio(errorWas))} → ${formatPercent(ratio(error))}`;
  const [p95, p95Was] = [edges.p95[edge], p95Before?.[edge]];
  if (has(p95) && has(p95Was) && (p95 > p95Was * SLOWER || p95 * SLOWER < p95Was))
    return `p95 ${formatMs(milliseconds(p95Was))} → ${formatMs(milliseconds(p95))}`;
  const [rate, rateWas] = [edges.rate[edge], rateBefore?.[edge]];
  if (has(rate) && has(rateWas) && (rate > rateWas * SLOWER || rate * SLOWER < rateWas))
    return `${formatRate(perSecond(rateWas))} → ${formatRate(perSecond(rate))}`;
  return "";
}

/** Failures and p95 where something fails, else p95, bytes for tcp, or the rate. */
function fittingNumbers(edges: EdgeArrays, edge: number): string {
  const state = stateAt(edges.state[edge]);
  const rate = edges.rate[edge];
  const bytes = edges.bytes[edge];
  const p95 = edges.p95[edge];
  const share = edges.errorShare[edge];
  if (state === "idle") return "";
  // How it goes isn't known, but how much it is may be: of an operation that is all.
  if (state === "nodata") return has(rate) && rate > 0 ? formatRate(perSecond(rate)) : "no data";
  if (PROTOCOLS[edges.protocol[edge] ?? 0] === "tcp") return has(bytes) ? formatBytesRate(bytesPerSecond(bytes)) : "";
  const latency = has(p95) ? formatMs(milliseconds(p95)) : "";
  if (state === "failing" || state === "degraded") {
    const failed = has(share) && has(rate) ? share * rate : null;
    // What is in trouble for another reason than failures isn't explained by their absence.
    const errors = failed
      ? formatErrors({ rate: rate ?? null, errorRate: failed, requests: edges.requests[edge] })
      : "";
    if (errors !== "") return [errors, latency].filter(Boolean).join(" · ");
  }
  if (latency !== "") return latency;
  return has(rate) ? formatRate(perSecond(rate)) : "";
}

/** What the lock of an edge says. */
export function lockName(edges: EdgeArrays, edge: number): (typeof LOCKS)[number] {
  return LOCKS[edges.lock[edge] ?? 0] ?? "unknown";
}

/** Shortens from the middle, where names of workloads differ least: `checkout-ser…-v2`. `fits` tells whether a text does. */
export function shorten(text: string, fits: (text: string) => boolean): string {
  if (fits(text)) return text;
  const letters = [...text];
  let low = 0;
  let high = letters.length - 1;
  const cut = (kept: number) => {
    const head = Math.ceil(kept * 0.6);
    return `${letters.slice(0, head).join("")}…${letters.slice(letters.length - (kept - head)).join("")}`;
  };
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(cut(middle))) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "…" : cut(low);
}
