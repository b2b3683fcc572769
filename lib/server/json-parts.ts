/** A large answer as JSON, part by part: what JSON.stringify would write, without holding the loop up or one text of all of it. */
import type { Steps } from "#lib/tracing/steps.ts";

/** Items of a list that are written at a time. Texts of a trace are 64 Ki characters at most, and most are short. */
const ITEMS = 1_000;

/** The parts in their order; long lists are cut into several. Of JSON values alone: what has a toJSON of its own isn't asked for it. */
export function* jsonParts(value: unknown): Steps<readonly string[]> {
  const parts: string[] = [];
  yield* write(value, parts);
  return parts;
}

function* write(value: unknown, parts: string[]): Steps<void> {
  if (Array.isArray(value) && value.length > ITEMS) yield* writeList(value, parts);
  else if (isRecord(value)) yield* writeRecord(value, parts);
  else parts.push(JSON.stringify(value) ?? "null");
}

function* writeRecord(value: Readonly<Record<string, unknown>>, parts: string[]): Steps<void> {
  let before = "{";
  for (const [key, each] of Object.entries(value)) {
    if (each === undefined) continue;
    parts.push(`${before}${JSON.stringify(key)}:`);
    yield* write(each, parts);
    before = ",";
  }
  parts.push(before === "{" ? "{}" : "}");
}

function* writeList(list: readonly unknown[], parts: string[]): Steps<void> {
  for (let at = 0; at < list.length; at += ITEMS) {
    const text = JSON.stringify(list.slice(at, at + ITEMS));
    parts.push(`${at === 0 ? "[" : ","}${text.slice(1, -1)}`);
    yield;
  }
  parts.push("]");
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
