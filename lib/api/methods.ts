/** Which methods an address of the API answers, so that a wrong one is refused in one way before anything else sees it. */
import { openapi } from "./openapi.ts";

const PREFIX = "/api/v1/";

interface Address {
  /** null: any. */
  readonly segments: readonly (string | null)[];
  readonly methods: readonly string[];
}

const ADDRESSES: readonly Address[] = addresses();

/** Those of docs/api.json, addresses without parameters first: `changes/revert` is no `changes/{id}`. */
function addresses(): readonly Address[] {
  const paths = openapi("").paths as Readonly<Record<string, object>>;
  return Object.entries(paths)
    .map(([path, operations]) => ({
      segments: path
        .slice(PREFIX.length)
        .split("/")
        .map((segment) => (segment.startsWith("{") ? null : segment)),
      // Whoever answers GET answers HEAD (RFC 9110, section 9.3.2).
      methods: Object.keys(operations).flatMap((method) =>
        method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()],
      ),
    }))
    .sort((a, b) => count(a) - count(b));
}

function count({ segments }: Address): number {
  return segments.filter((segment) => segment === null).length;
}

/** The methods of an address below /api/v1; null where docs/api.json has none. `path`: without its query. */
export function methodsAt(path: string): readonly string[] | null {
  const asked = path.slice(PREFIX.length).replace(/\/+$/, "").split("/");
  const found = ADDRESSES.find(
    ({ segments }) =>
      segments.length === asked.length &&
      segments.every((segment, index) => segment === null || segment === asked[index]),
  );
  return found?.methods ?? null;
}
