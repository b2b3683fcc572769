/** Finding in one trace: service, operation, id, tags, events, status. Pure; linear in texts and pairs, whatever is typed. */
import { type Runs, type Trace, textAt } from "../model.ts";
import type { TraceTree } from "../tree.ts";

/** Characters of one value that are looked through: a stack trace, not a dump. */
const LOOKED = 16 * 1024;

/**
 * Rows in which every word occurs, in the order of the timeline. A word with `=` must be a tag: `http.status_code=503`, key
 * and value by their whole or, with `*` at an end, by their beginning. Other words are found inside any text, case aside.
 */
export function findRows(tree: TraceTree, text: string): Uint32Array {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return new Uint32Array();
  const all = words.map((word) => hitsOf(tree.trace, word));
  return tree.order.filter((row) => all.every((hits) => hits[row] === 1));
}

function hitsOf(trace: Trace, word: string): Uint8Array {
  const at = word.indexOf("=");
  return at > 0 ? tagHits(trace, word.slice(0, at), word.slice(at + 1)) : textHits(trace, word);
}

/** 1 by index of the pool: the text fits. */
function pooled(trace: Trace, fits: (text: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: trace.pool.length }, (_, i) =>
    fits(textAt(trace, i).slice(0, LOOKED).toLowerCase()) ? 1 : 0,
  );
}

function textHits(trace: Trace, word: string): Uint8Array {
  const known = pooled(trace, (text) => text.includes(word));
  const own = byOwner(trace.attributes, trace.length, (key, value) => known[key] === 1 || known[value] === 1);
  const { service, attributes } = trace.resources;
  const resources = byOwner(attributes, service.length, (key, value) => known[key] === 1 || known[value] === 1);
  service.forEach((name, i) => {
    if (known[name] === 1) resources[i] = 1;
  });
  for (let row = 0; row < trace.length; row++) {
    const named = known[trace.name[row] ?? -1] === 1 || known[trace.statusMessage[row] ?? -1] === 1;
    if (named || resources[trace.resource[row] ?? -1] === 1 || trace.spanId[row]?.includes(word)) own[row] = 1;
  }
  const { row, name, attributes: pairs } = trace.events;
  const events = byOwner(pairs, row.length, (key, value) => known[key] === 1 || known[value] === 1);
  row.forEach((owner, i) => {
    if (events[i] === 1 || known[name[i] ?? -1] === 1) own[owner] = 1;
  });
  return own;
}

function tagHits(trace: Trace, key: string, value: string): Uint8Array {
  const keys = pooled(trace, (text) => fits(text, key));
  const values = pooled(trace, (text) => fits(text, value));
  const both = (k: number, v: number) => keys[k] === 1 && values[v] === 1;
  const own = byOwner(trace.attributes, trace.length, both);
  const resources = byOwner(trace.resources.attributes, trace.resources.service.length, both);
  for (let row = 0; row < trace.length; row++) if (resources[trace.resource[row] ?? -1] === 1) own[row] = 1;
  return own;
}

const fits = (text: string, wanted: string): boolean =>
  wanted.endsWith("*") ? text.startsWith(wanted.slice(0, -1)) : text === wanted;

function byOwner({ start, key, value }: Runs, owners: number, hit: (key: number, value: number) => boolean) {
  const hits = new Uint8Array(owners);
  for (let owner = 0; owner < owners; owner++) {
    for (let i = start[owner] ?? 0; i < (start[owner + 1] ?? 0); i++) {
      if (!hit(key[i] ?? 0, value[i] ?? 0)) continue;
      hits[owner] = 1;
      break;
    }
  }
  return hits;
}
