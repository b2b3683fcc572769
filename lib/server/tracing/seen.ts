/** A backend's trace as a viewer may see it. */

import type { Trace } from "#lib/tracing/model.ts";
import { parentsOf } from "#lib/tracing/parents.ts";
import type { Steps } from "#lib/tracing/steps.ts";
import { visibleTrace } from "#lib/tracing/visible.ts";
import type { Told } from "../rights/viewers.ts";
import type { Backend } from "./backends.ts";
import { mayBeSeen, type Places } from "./places.ts";

export interface SeenTrace {
  readonly trace: Trace;
  readonly hidden: { readonly spans: number; readonly errors: number };
}

/** Whole for who sees everything; for others without spans of hidden places, and without texts that name such. */
export function* seenTrace(
  trace: Trace,
  backend: Backend,
  places: Places,
  audience: Told,
  text = audience.texts(),
): Steps<SeenTrace> {
  const { visibility } = audience;
  if (visibility.all) return { trace, hidden: { spans: 0, errors: 0 } };
  const may = (row: number) => mayBeSeen(places.of(trace, row, backend.clusters), visibility);
  const known = new Map<string, string>();
  const once = (each: string): string => {
    const said = known.get(each) ?? text(each);
    known.set(each, said);
    return said;
  };
  const parent = yield* parentsOf(trace, () => {});
  return yield* visibleTrace(trace, parent, may, once);
}
