/**
 * Clocks of two machines disagree by milliseconds, so a call may seem to begin before it was made. A span that sticks out
 * of its caller's on another machine is moved inside, with all that it called there. Each says by how much.
 */
import { attributeOf, hasFailed, KINDS, serviceOf, type Trace, textAt, valueAt, type WarningCode } from "./model.ts";
import { milliseconds, type Times } from "./times.ts";

/** What sticks out by less isn't worth moving. */
const SLACK_NS = 50_000;

const CONSUMER = KINDS.indexOf("consumer");
const PRODUCER = KINDS.indexOf("producer");

interface Links {
  readonly parent: Int32Array;
  readonly childStart: Uint32Array;
  readonly child: Uint32Array;
  readonly roots: readonly number[];
}

/** By how many nanoseconds each row is moved. */
export function correctSkew(
  trace: Trace,
  { parent, childStart, child, roots }: Links,
  { start, length, far }: Times,
  warn: (row: number, code: WarningCode, detail: string) => void,
): Float64Array {
  const shift = new Float64Array(trace.length);
  const hosts = hostsOf(trace);
  const stack = [...roots];
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    for (let i = childStart[row] ?? 0; i < (childStart[row + 1] ?? 0); i++) stack.push(child[i] ?? 0);
    const above = parent[row] ?? -1;
    if (above < 0) continue;
    // What runs on the caller's own machine goes by the same clock.
    if (hosts[row] === hosts[above]) {
      shift[row] = shift[above] ?? 0;
      continue;
    }
    const late = trace.kind[row] === CONSUMER || trace.kind[above] === PRODUCER;
    if (late || far[row] || far[above]) continue;
    const from = (start[above] ?? 0) + (shift[above] ?? 0);
    const by = delta(
      { from, to: from + (length[above] ?? 0), failed: hasFailed(trace, above) },
      { from: start[row] ?? 0, to: (start[row] ?? 0) + (length[row] ?? 0) },
    );
    if (by === 0) continue;
    shift[row] = by;
    warn(
      row,
      "clock-skew",
      `Moved by ${by > 0 ? "+" : "−"}${milliseconds(Math.abs(by))}: its clock disagrees with its caller's.`,
    );
  }
  return shift;
}

interface Interval {
  readonly from: number;
  readonly to: number;
}

function delta(caller: Interval & { readonly failed: boolean }, span: Interval): number {
  if (span.from >= caller.from - SLACK_NS && span.to <= caller.to + SLACK_NS) return 0;
  const room = caller.to - caller.from - (span.to - span.from);
  // Longer than its caller's: it went on after nobody waited for it any more. Only a start before the call is impossible.
  if (room < 0) return span.from < caller.from ? caller.from - span.from : 0;
  // A caller that failed may have given up while the other side went on.
  if (caller.failed && span.from >= caller.from && span.from <= caller.to) return 0;
  return Math.round(caller.from + room / 2 - span.from);
}

/** What tells machines apart, most telling first; pods have clocks of their nodes, but nothing names these everywhere. */
const MACHINES = ["k8s.pod.name", "host.name", "host.ip", "ip", "hostname", "service.instance.id"] as const;

/** A word per row that is equal for spans of one machine, as far as they tell. */
function hostsOf(trace: Trace): string[] {
  const byResource = Array.from({ length: trace.resources.service.length }, (_, resource) => {
    for (const key of MACHINES) {
      const value = valueAt(trace, trace.resources.attributes, resource, key);
      if (value !== undefined) return `${value}`;
    }
    return "";
  });
  return Array.from({ length: trace.length }, (_, row) => {
    const named = byResource[trace.resource[row] ?? -1];
    if (named) return named;
    const pod = String(attributeOf(trace, row, "node_id") ?? "").split("~")[2];
    return pod ? (pod.split(".")[0] ?? pod) : `service ${serviceOf(trace, row) || textAt(trace, trace.scope[row])}`;
  });
}
