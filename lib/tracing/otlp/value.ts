/** OTLP's values. https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/common/v1/common.proto */
import type { Pairs } from "../build.ts";
import { isObject, listOf } from "../json/shape.ts";
import type { Scalar } from "../model.ts";
import { wholeOf } from "../numbers.ts";

/** Nested values are a few levels deep; the text around them has been held to 64. */
const MAX_DEPTH = 16;

/** Attributes as pairs; what has no key or no value is left out. */
export function pairsOf(raw: unknown): Pairs {
  const pairs: [string, Scalar][] = [];
  for (const item of listOf(raw)) {
    if (!isObject(item) || typeof item.key !== "string") continue;
    const value = scalarOf(item.value);
    if (value !== null) pairs.push([item.key, value]);
  }
  return pairs;
}

/** An AnyValue as a scalar; null where it holds none. Lists, maps and bytes become JSON text. */
export function scalarOf(raw: unknown): Scalar | null {
  if (!isObject(raw)) return null;
  if (typeof raw.stringValue === "string") return raw.stringValue;
  if (typeof raw.boolValue === "boolean") return raw.boolValue;
  if (raw.intValue !== undefined) return wholeOf(raw.intValue);
  if (raw.doubleValue !== undefined) return doubleOf(raw.doubleValue);
  const plain = plainOf(raw, 0);
  return plain === undefined ? null : JSON.stringify(plain);
}

/** proto3's JSON writes NaN and the infinities as texts. */
function doubleOf(raw: unknown): Scalar | null {
  if (typeof raw === "number") return raw;
  return raw === "NaN" || raw === "Infinity" || raw === "-Infinity" ? raw : null;
}

function plainOf(raw: unknown, depth: number): unknown {
  if (!isObject(raw) || depth > MAX_DEPTH) return undefined;
  if (isObject(raw.arrayValue)) return listOf(raw.arrayValue.values).map((item) => plainOf(item, depth + 1) ?? null);
  if (isObject(raw.kvlistValue)) {
    return Object.fromEntries(
      listOf(raw.kvlistValue.values).flatMap((item) =>
        isObject(item) && typeof item.key === "string" ? [[item.key, plainOf(item.value, depth + 1) ?? null]] : [],
      ),
    );
  }
  if (typeof raw.bytesValue === "string") return raw.bytesValue;
  if (depth === 0) return undefined;
  return scalarOf(raw);
}
