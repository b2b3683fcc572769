/** What a span says of itself, beside its tags, events and links. Pure. */
import { kindOf, nameOf, type SpanKind, type SpanStatus, serviceOf, statusOf, type Trace, textAt } from "./model.ts";

export interface SpanHead {
  readonly spanId: string;
  /** As it was sent; empty: it names no caller. */
  readonly parentId: string;
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly status: SpanStatus;
  readonly statusMessage: string;
  readonly scope: string;
}

export function headOf(trace: Trace, row: number): SpanHead {
  return {
    spanId: trace.spanId[row] ?? "",
    parentId: trace.parentId[row] ?? "",
    service: serviceOf(trace, row),
    name: nameOf(trace, row),
    kind: kindOf(trace, row),
    status: statusOf(trace, row),
    statusMessage: textAt(trace, trace.statusMessage[row]),
    scope: textAt(trace, trace.scope[row]),
  };
}
