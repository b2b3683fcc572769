/** Lists in pages: a stable order, a limit, and an opaque place to go on from. */
import { MeshscopeError } from "#lib/errors.ts";

/**
 * One page of items sorted by `key`. `next` names the last key of the page before, so a page stays right when items come
 * and go in between. @throws MeshscopeError `bad_parameter` for a `next` that no page gave
 */
export function page<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  { limit, next }: { readonly limit: number; readonly next?: string | undefined },
): { items: Item[]; next?: string } {
  const after = next === undefined ? null : decode(next);
  const sorted = items
    .map((item) => ({ item, key: key(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const rest = after === null ? sorted : sorted.filter((each) => each.key > after);
  const taken = rest.slice(0, limit);
  const last = taken.at(-1);
  const more = rest.length > taken.length && last !== undefined ? { next: encode(last.key) } : {};
  return { items: taken.map((each) => each.item), ...more };
}

function encode(key: string): string {
  return Buffer.from(`after:${key}`, "utf8").toString("base64url");
}

function decode(next: string): string {
  const text = Buffer.from(next, "base64url").toString("utf8");
  if (!text.startsWith("after:"))
    throw new MeshscopeError(
      "bad_parameter",
      "Parameter 'next' isn't one that a page before gave. Leave it out to start over.",
    );
  return text.slice("after:".length);
}
