/** Objects for tests: the smallest whole ones, and arbitrary ones with hostile keys and texts. */
import fc from "fast-check";
import type { JsonObject, Manifest } from "./manifest.ts";

/** An object of a kind in namespace `shop`. */
export function object(
  kind: string,
  name: string,
  spec: JsonObject,
  metadata: Partial<Manifest["metadata"]> = {},
  apiVersion = "networking.istio.io/v1",
): Manifest {
  return { apiVersion, kind, metadata: { name, namespace: "shop", ...metadata }, spec };
}

const HOSTILE = [
  ...["", " ", "yes", "No", "on", "y", "~", "null", "true", "0o17", "017", "1_000", "1e3", ".inf", "0x1F", "-0"],
  ...[
    "2001-01-01",
    "1:30",
    "<<",
    "=",
    "- a",
    "a: b",
    "# c",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "%",
    "@",
    "`",
    "{",
    "[",
    "'",
    '"',
  ],
  ...[
    "a\nb",
    "a\r\nb",
    "\ttab",
    "trail ",
    "\u2028",
    "\ufeff",
    "\u0000",
    "---",
    "...",
    "__proto__",
    "constructor",
    "💥",
  ],
];
export const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "grapheme", maxLength: 12 }), fc.string());

/** Any JSON value that Kubernetes could keep: finite numbers, integers within ±2⁵³, no -0 (JSON has none), shallow. */
export const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    text,
    fc.constantFrom(null, true, false),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }).map((n) => (n === 0 ? 0 : n)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
})).value;

export const manifest: fc.Arbitrary<Manifest> = fc
  .record({
    spec: fc.array(fc.tuple(text, json), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
    labels: fc.option(fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 }), { nil: undefined }),
    annotations: fc.option(fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 }), { nil: undefined }),
  })
  .map(({ spec, labels, annotations }) =>
    object("VirtualService", "a", spec as JsonObject, {
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    }),
  );
