/** Objects as YAML, always the same text for the same object, so that texts can be compared line by line. */
import { Document, Scalar } from "yaml";
import { isObject, keysOf } from "./json.ts";
import type { Manifest } from "./manifest.ts";
import { needsQuotes } from "./yaml-scalar.ts";

const TOP = ["apiVersion", "kind", "metadata", "spec"];
const METADATA = ["name", "namespace", "labels", "annotations"];

function scalar(text: string): unknown {
  if (!needsQuotes(text)) return text;
  const quoted = new Scalar(text);
  quoted.type = Scalar.QUOTE_DOUBLE;
  return quoted;
}

/** Maps keep their order and take `__proto__` for a key like any other. */
function ordered(value: unknown, first: readonly string[], depth: number): unknown {
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value)) return value.map((item) => ordered(item, [], depth + 1));
  if (!isObject(value)) return value;
  const keys = keysOf(value).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const known = first.filter((key) => keys.includes(key));
  const rest = keys.filter((key) => !first.includes(key));
  return new Map(
    [...known, ...rest].map((key) => {
      const inner = depth === 0 && key === "metadata" ? METADATA : [];
      return [scalar(key), ordered(value[key], inner, depth + 1)];
    }),
  );
}

/** YAML with keys as Kubernetes people write them: apiVersion, kind, metadata, spec, then the rest; within by the alphabet. */
export function writeYaml(manifest: Manifest): string {
  const document = new Document(ordered(manifest, TOP, 0), { compat: "yaml-1.1", aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0, indentSeq: true });
}
