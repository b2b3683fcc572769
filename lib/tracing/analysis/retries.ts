/** Attempts of one call: several servers' spans under one client's span, or sends that a program itself counts. Pure; linear. */
import { hasFailed, KINDS, nameOf, serviceOf, valueAt } from "../model.ts";
import { childrenAt, type TraceTree } from "../tree.ts";

const CLIENT = KINDS.indexOf("client");
const SERVER = KINDS.indexOf("server");

export interface RetryGroup {
  /** The client's span that all attempts lie under, or the caller of the repeated sends. */
  readonly caller: number;
  /** Two or more, by start; the last one decided. */
  readonly attempts: readonly number[];
  readonly failed: number;
}

/** OpenTelemetry's counters of a request that a program sends again. https://opentelemetry.io/docs/specs/semconv/http/http-spans/ */
const RESENDS = ["http.request.resend_count", "http.resend_count"] as const;

/** All groups, by their caller's row. */
export function retryGroups(tree: TraceTree): readonly RetryGroup[] {
  const groups: RetryGroup[] = [];
  for (let row = 0; row < tree.trace.length; row++) {
    const children = childrenAt(tree, row);
    if (children.length < 2) continue;
    if (tree.trace.kind[row] === CLIENT) {
      // One call of a client reaches one server, so several of them are one call tried several times.
      push(
        tree,
        groups,
        row,
        Array.from(children).filter((child) => tree.trace.kind[child] === SERVER),
      );
    } else for (const sends of resends(tree, children)) push(tree, groups, row, sends);
  }
  return groups;
}

function push(tree: TraceTree, groups: RetryGroup[], caller: number, attempts: readonly number[]): void {
  if (attempts.length < 2) return;
  groups.push({ caller, attempts, failed: attempts.filter((row) => hasFailed(tree.trace, row)).length });
}

/** Clients' spans of one name and service, of which all but the first count how often they were sent. */
function resends(tree: TraceTree, children: Uint32Array): number[][] {
  const open = new Map<string, number[]>();
  const done: number[][] = [];
  for (const child of children) {
    if (tree.trace.kind[child] !== CLIENT) continue;
    const key = `${serviceOf(tree.trace, child)}\n${nameOf(tree.trace, child)}`;
    const count = RESENDS.map((name) => Number(valueAt(tree.trace, tree.trace.attributes, child, name))).find(
      (n) => n > 0,
    );
    const group = open.get(key);
    if (count !== undefined && group !== undefined) group.push(child);
    else {
      const fresh = [child];
      open.set(key, fresh);
      done.push(fresh);
    }
  }
  return done;
}
