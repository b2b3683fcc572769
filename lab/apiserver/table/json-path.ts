/**
 * The part of Kubernetes' JSONPath that CRDs use in columns: members, `[*]`, `[0]`, and `[?(@.type=="Ready")]`.
 * https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
import { isObject, type Json } from "../json.ts";

const step =
  /^\.([A-Za-z0-9_-]+)|^\[\*\]|^\[(\d+)\]|^\[\?\(@\.([A-Za-z0-9_.-]+) *== *["']([^"']*)["']\)\]|^\["?([^\]"]+)"?\]/;

/** All values at a path, in order; none where the path isn't understood. */
export function jsonPath(value: Json, path: string): Json[] {
  let found: Json[] = [value];
  for (let rest = path; rest !== ""; ) {
    const match = step.exec(rest);
    if (match === null) return [];
    const [text, name, index, field, wanted, quoted] = match;
    rest = rest.slice(text.length);
    if (text === "[*]") found = found.flatMap((item) => (Array.isArray(item) ? (item as readonly Json[]) : []));
    else if (index !== undefined)
      found = found.flatMap((item) =>
        Array.isArray(item) ? (item.slice(Number(index), Number(index) + 1) as Json[]) : [],
      );
    else if (field !== undefined)
      found = found
        .flatMap((item) => (Array.isArray(item) ? (item as readonly Json[]) : []))
        .filter(
          (item) =>
            field.split(".").reduce<Json | undefined>((at, key) => (isObject(at) ? at[key] : undefined), item) ===
            wanted,
        );
    else found = found.flatMap((item) => member(item, name ?? quoted ?? ""));
  }
  return found;
}

function member(value: Json, name: string): Json[] {
  const inner = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return inner === undefined ? [] : [inner];
}
