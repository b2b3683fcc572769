/** A trace as a list shows it, from its spans. Pure; linear. */
import { hasFailed, nameOf, serviceOf, startNs, type Trace } from "./model.ts";
import type { ServiceCount, TraceSummary } from "./port.ts";

/** Has any span of the trace failed? */
export function anyFailed(trace: Trace): boolean {
  for (let row = 0; row < trace.length; row++) if (hasFailed(trace, row)) return true;
  return false;
}

/** From its first span to its last end; a span with a broken clock stretches it as it does in any list. */
export function summaryOf(trace: Trace): TraceSummary {
  const services = new Map<string, { spans: number; errors: number }>();
  let [first, to, errors, root] = [-1, Number.NEGATIVE_INFINITY, 0, -1];
  for (let row = 0; row < trace.length; row++) {
    const start = trace.start[row] ?? 0;
    if (first < 0 || start < (trace.start[first] ?? 0)) first = row;
    to = Math.max(to, start + Math.max(0, trace.duration[row] ?? 0));
    const service = serviceOf(trace, row);
    const count = services.get(service) ?? { spans: 0, errors: 0 };
    services.set(service, count);
    count.spans += 1;
    if (hasFailed(trace, row)) {
      count.errors += 1;
      errors += 1;
    }
    const longer = root < 0 || (trace.duration[row] ?? 0) > (trace.duration[root] ?? 0);
    if (trace.parentId[row] === "" && longer) root = row;
  }
  return {
    traceId: trace.traceId,
    root: root < 0 ? null : { service: serviceOf(trace, root), operation: nameOf(trace, root) },
    services: [...services]
      .map(([name, count]): ServiceCount => ({ name, ...count }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    spans: trace.length,
    errors,
    startNs: first < 0 ? trace.baseNs : startNs(trace, first),
    durationNs: first < 0 ? 0n : BigInt(Math.round(to - (trace.start[first] ?? 0))),
  };
}
