/** JSON Patch, RFC 6902, over JSON Pointer, RFC 6901. */
import { equal, isObject, type Json, put } from "../json.ts";

/** An operation that can't be carried out; the whole patch then has no effect. */
export class PatchFailure extends Error {}

type Operation =
  | { readonly op: "add" | "replace" | "test"; readonly path: readonly string[]; readonly value: Json }
  | { readonly op: "remove"; readonly path: readonly string[] }
  | { readonly op: "move" | "copy"; readonly path: readonly string[]; readonly from: readonly string[] };

/** The steps of a pointer. Throws PatchFailure for one that doesn't begin with a slash. */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new PatchFailure(`"${pointer}" is not a JSON pointer`);
  return pointer
    .slice(1)
    .split("/")
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The operations of a patch document. Throws PatchFailure when it isn't one. */
export function parseJsonPatch(document: Json): readonly Operation[] {
  if (!Array.isArray(document)) throw new PatchFailure("a JSON patch is an array of operations");
  return document.map((item: Json): Operation => {
    if (!isObject(item)) throw new PatchFailure("an operation is an object");
    const { op, path, from, value } = item;
    if (typeof path !== "string") throw new PatchFailure("an operation needs a path");
    const steps = parsePointer(path);
    if (op === "remove") return { op, path: steps };
    if (op === "move" || op === "copy") {
      if (typeof from !== "string") throw new PatchFailure(`${op} needs a from`);
      return { op, path: steps, from: parsePointer(from) };
    }
    if (op === "add" || op === "replace" || op === "test") {
      if (value === undefined) throw new PatchFailure(`${op} needs a value`);
      return { op, path: steps, value };
    }
    throw new PatchFailure(`unknown operation ${JSON.stringify(op ?? null)}`);
  });
}

/** The document after all operations. Throws PatchFailure at the first that can't be carried out. */
export function applyJsonPatch(document: Json, operations: readonly Operation[]): Json {
  return operations.reduce((state, operation) => {
    switch (operation.op) {
      case "add":
        return insert(state, operation.path, operation.value);
      case "replace":
        // A member that isn't there yet is set: kube-apiserver's library is that lenient, clients rely on it.
        return operation.path.length === 0
          ? operation.value
          : change(state, operation.path, (parent, step) => set(parent, step, operation.value));
      case "remove":
        find(state, operation.path);
        return remove(state, operation.path);
      case "copy":
        return insert(state, operation.path, find(state, operation.from));
      case "move": {
        const value = find(state, operation.from);
        if (
          operation.from.length < operation.path.length &&
          operation.from.every((step, i) => step === operation.path[i])
        )
          throw new PatchFailure("a value can't be moved into itself");
        return insert(remove(state, operation.from), operation.path, value);
      }
      case "test": {
        // A test for null also holds where the member is absent: the real server's library has it so.
        const found = lookup(state, operation.path);
        if (!equal(found ?? null, operation.value))
          throw new PatchFailure(`testing value /${operation.path.join("/")} failed`);
        return state;
      }
    }
  }, document);
}

/** The element a step names. Negative ones count from the end, which RFC 6901 doesn't know but kube-apiserver does. */
function index(step: string, length: number): number {
  if (/^-[1-9]\d{0,8}$/.test(step) && Number(step) + length >= 0) return Number(step) + length;
  if (!/^(0|[1-9]\d{0,8})$/.test(step) || Number(step) >= length)
    throw new PatchFailure(`there is no element "${step}" in an array of ${length}`);
  return Number(step);
}

function lookup(document: Json, path: readonly string[]): Json | undefined {
  let at: Json | undefined = document;
  for (const step of path) {
    if (Array.isArray(at)) at = at[index(step, at.length)];
    else if (isObject(at)) at = Object.hasOwn(at, step) ? at[step] : undefined;
    else return undefined;
  }
  return at;
}

function find(document: Json, path: readonly string[]): Json {
  const found = lookup(document, path);
  if (found === undefined) throw new PatchFailure(`there is nothing at /${path.join("/")}`);
  return found;
}

/** Rebuilds the document along a path with the last container changed. */
function change(document: Json, path: readonly string[], edit: (parent: Json, step: string) => Json): Json {
  const [step = "", ...rest] = path;
  if (rest.length === 0) return edit(document, step);
  return set(document, step, change(find(document, [step]), rest, edit));
}

function set(parent: Json, step: string, value: Json): Json {
  if (Array.isArray(parent)) return parent.with(index(step, parent.length), value);
  if (!isObject(parent)) throw new PatchFailure(`"${step}" is not inside an object or array`);
  const copy: Record<string, Json> = {};
  for (const [key, inner] of Object.entries(parent)) if (inner !== undefined) put(copy, key, inner);
  put(copy, step, value);
  return copy;
}

function insert(document: Json, path: readonly string[], value: Json): Json {
  if (path.length === 0) return value;
  return change(document, path, (parent, step) => {
    if (!Array.isArray(parent)) return set(parent, step, value);
    const at = step === "-" ? parent.length : index(step, parent.length + 1);
    return parent.toSpliced(at, 0, value);
  });
}

function remove(document: Json, path: readonly string[]): Json {
  if (path.length === 0) throw new PatchFailure("the whole document can't be removed");
  return change(document, path, (parent, step) => {
    if (Array.isArray(parent)) return parent.toSpliced(index(step, parent.length), 1);
    if (!isObject(parent)) throw new PatchFailure(`"${step}" is not inside an object or array`);
    const copy: Record<string, Json> = {};
    for (const [key, inner] of Object.entries(parent)) if (inner !== undefined && key !== step) put(copy, key, inner);
    return copy;
  });
}
