/** Reading members of unknown JSON: what isn't of the expected type reads as absent. */
import type { Json } from "./object.ts";

export const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const objectAt = (value: unknown, key: string): Json => {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : {};
};

export const listAt = (value: unknown, key: string): readonly Json[] => {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member.filter(isObject) : [];
};

export const stringsAt = (value: unknown, key: string): readonly string[] => {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member.filter((m): m is string => typeof m === "string") : [];
};

export const textAt = (value: unknown, key: string): string | undefined => {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === "string" ? member : undefined;
};

export const numberAt = (value: unknown, key: string): number | undefined => {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === "number" && Number.isFinite(member) ? member : undefined;
};

/** String members of a map of labels or annotations. */
export const labelsAt = (value: unknown, key: string): Readonly<Record<string, string>> => {
  const out: Record<string, string> = {};
  for (const [name, label] of Object.entries(objectAt(value, key))) if (typeof label === "string") out[name] = label;
  return out;
};

/** Does a label set satisfy equality selectors? An empty selector takes everything. */
export const selects = (
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => Object.entries(selector).every(([name, value]) => labels[name] === value);

/**
 * A duration as protobuf's JSON or Go write it ("0.5s", "1m30s", "250ms"), in milliseconds; undefined for anything else.
 */
export function durationMs(text: string | undefined): number | undefined {
  if (text === undefined || !/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g))
    total += Number(amount) * ({ ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? "ms"] ?? 0);
  return total;
}
