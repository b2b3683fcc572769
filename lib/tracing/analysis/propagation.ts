/**
 * Lost trace headers: a proxy that gets a call without them begins a new trace. Where a service is called within traces, and
 * its own calls begin others, its program doesn't pass the headers on. Pure; linear.
 * https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/#trace-context-propagation
 */
import { KINDS, serviceOf } from "../model.ts";
import type { TraceTree } from "../tree.ts";

const CLIENT = KINDS.indexOf("client");
const SERVER = KINDS.indexOf("server");

/** What one trace has of a service. */
export interface Propagation {
  /** A call that the service makes begins the trace. */
  readonly begins: boolean;
  /** The service is called within it. */
  readonly called: boolean;
}

export function propagationOf({ trace, roots }: TraceTree, service: string): Propagation {
  const begins = roots.some(
    (row) => trace.kind[row] === CLIENT && trace.parentId[row] === "" && serviceOf(trace, row) === service,
  );
  let called = false;
  for (let row = 0; row < trace.length && !called; row++)
    called = trace.kind[row] === SERVER && serviceOf(trace, row) === service;
  return { begins, called };
}

/** Fewer traces that begin with the service's calls may be its own timers. */
const LEAST = 5;

/** A sentence where headers are lost; null where nothing points to it. A service that nobody calls begins traces by right. */
export function propagationWords(service: string, traces: readonly Propagation[]): string | null {
  const begun = traces.filter(({ begins, called }) => begins && !called).length;
  const called = traces.filter((each) => each.called).length;
  if (begun < LEAST || called === 0) return null;
  return `${begun} of ${traces.length} traces begin with a call that ${service} makes, though it is called within others: its program seems not to pass the trace headers on (traceparent, or b3), so traces break off there.`;
}
