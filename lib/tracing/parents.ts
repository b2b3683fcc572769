/** Who called whom, by the spans' ids; what contradicts itself is said and becomes a root. Pure; linear. */
import { KINDS, type Trace, type WarningCode } from "./model.ts";
import { mayPause, type Steps } from "./steps.ts";

type Warn = (row: number, code: WarningCode, detail: string) => void;

const CLIENT = KINDS.indexOf("client");
const SERVER = KINDS.indexOf("server");

/** Parent row of every row; -1 for none. Without cycles. */
export function* parentsOf(trace: Trace, warn: Warn): Steps<Int32Array> {
  const ids = new Ids(trace);
  yield* ids.read(warn);
  const parent = new Int32Array(trace.length).fill(-1);
  for (let row = 0; row < trace.length; row++) {
    if (mayPause(row)) yield;
    const joined = ids.clientOf(row);
    if (joined >= 0) {
      parent[row] = joined;
      continue;
    }
    const id = trace.parentId[row] ?? "";
    if (id === "") continue;
    const found = ids.parent(id, row);
    parent[row] = found;
    if (found < 0 && id !== trace.spanId[row])
      warn(
        row,
        "missing-parent",
        `Its caller, span ${id}, is missing: it was not sent, not kept, or has not come yet.`,
      );
  }
  yield;
  breakCycles(trace, parent, warn);
  yield;
  for (let row = 0; row < trace.length; row++) {
    if (parent[row] === -1 && trace.parentId[row] === trace.spanId[row] && trace.spanId[row] !== "")
      warn(row, "cycle", "The span names itself as its caller.");
  }
  return parent;
}

/** Rows by span id, and what it means that two rows have the same. */
class Ids {
  readonly #trace: Trace;
  readonly #first = new Map<string, number>();
  readonly #all = new Map<string, number[]>();

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  *read(warn: Warn): Steps<void> {
    const { length, spanId } = this.#trace;
    for (let row = 0; row < length; row++) {
      if (mayPause(row)) yield;
      const id = spanId[row] ?? "";
      if (id === "") continue;
      const first = this.#first.get(id);
      if (first === undefined) {
        this.#first.set(id, row);
        continue;
      }
      const all = this.#all.get(id) ?? [first];
      all.push(row);
      this.#all.set(id, all);
    }
    for (const [id, rows] of this.#all) {
      for (const row of rows.slice(1)) {
        if (this.clientOf(row) < 0 && !rows.some((other) => this.clientOf(other) === row))
          warn(row, "duplicate-id", `Another span of this trace has the same id, ${id}.`);
      }
    }
  }

  /** The client's half of a span that client and server share the id of (B3 propagation), by its server's row; else -1. */
  clientOf(row: number): number {
    const { kind, spanId } = this.#trace;
    if (kind[row] !== SERVER) return -1;
    const rows = this.#all.get(spanId[row] ?? "");
    return rows?.find((other) => kind[other] === CLIENT) ?? -1;
  }

  /** The row that an id names as the parent of `row`; of a shared id the server's half, because it was that which called. */
  parent(id: string, row: number): number {
    const rows = this.#all.get(id);
    if (rows === undefined) {
      const only = this.#first.get(id) ?? -1;
      return only === row ? -1 : only;
    }
    const others = rows.filter((other) => other !== row);
    return others.find((other) => this.clientOf(other) >= 0) ?? others[0] ?? -1;
  }
}

/** Each cycle loses the link of its earliest span, which becomes a root. */
function breakCycles(trace: Trace, parent: Int32Array, warn: Warn): void {
  /** 0: not seen; else the walk that saw it. */
  const seen = new Uint32Array(parent.length);
  for (let begin = 0; begin < parent.length; begin++) {
    let row = begin;
    while (row >= 0 && seen[row] === 0) {
      seen[row] = begin + 1;
      row = parent[row] ?? -1;
    }
    if (row < 0 || seen[row] !== begin + 1) continue;
    let earliest = row;
    for (let at = parent[row] ?? -1; at !== row && at >= 0; at = parent[at] ?? -1) {
      const order = (trace.start[at] ?? 0) - (trace.start[earliest] ?? 0) || at - earliest;
      if (order < 0) earliest = at;
    }
    parent[earliest] = -1;
    warn(
      earliest,
      "cycle",
      "The spans above it lead back to it: their callers contradict each other. It is shown as a beginning.",
    );
  }
}
