/** Spans as they came in, in OTLP's JSON form. https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding */

export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values?: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values?: readonly Attribute[] };
}

export interface Attribute {
  readonly key: string;
  readonly value: AnyValue;
}

export interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Attribute[];
  readonly events?: readonly {
    readonly timeUnixNano: string;
    readonly name: string;
    readonly attributes?: readonly Attribute[];
  }[];
  readonly links?: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: readonly Attribute[];
  }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}

export interface Scope {
  readonly name?: string;
  readonly version?: string;
}

export interface Stored {
  readonly span: OtlpSpan;
  readonly scope: Scope;
  readonly service: string;
  readonly resource: readonly Attribute[];
}

export interface ExportRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly Attribute[] };
    readonly scopeSpans?: readonly { readonly scope?: Scope; readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** Jaeger's words for kinds, by OTLP's number. */
export const KINDS = ["", "internal", "server", "client", "producer", "consumer"] as const;

/** A value as text, as Jaeger compares and shows it. */
export function textOf(value: AnyValue): string {
  const plain = plainOf(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function plainOf(value: AnyValue): unknown {
  if (value.arrayValue) return (value.arrayValue.values ?? []).map(plainOf);
  if (value.kvlistValue)
    return Object.fromEntries((value.kvlistValue.values ?? []).map((each) => [each.key, plainOf(each.value)]));
  if (value.intValue !== undefined) return Number(value.intValue);
  return value.stringValue ?? value.boolValue ?? value.doubleValue ?? value.bytesValue ?? "";
}
