/** The options that writes have in their query, and who they are by: dryRun, fieldManager, fieldValidation, force. */
import { type Cause, invalid } from "./status.ts";

export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: "Strict" | "Warn" | "Ignore";
}

const kinds: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

const longest = 128;

function managerCauses(manager: string): Cause[] {
  const field = "fieldManager";
  if (Buffer.byteLength(manager) > longest)
    return [{ reason: "FieldValueTooLong", message: `Too long: may not be more than ${longest} bytes`, field }];
  const odd = [...manager].findIndex((character) => !/[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.test(character));
  if (odd < 0) return [];
  const message = `Invalid value: ${JSON.stringify(manager)}: invalid character (at position ${odd})`;
  return [{ reason: "FieldValueInvalid", message, field }];
}

/** Applying needs a manager; only applying can be forced. */
function patchCauses(applies: boolean, query: URLSearchParams): Cause[] {
  if (applies && (query.get("fieldManager") ?? "") === "")
    return [
      { reason: "FieldValueRequired", message: "Required value: is required for apply patch", field: "fieldManager" },
    ];
  if (applies || query.get("force") === null) return [];
  const message = "Forbidden: may not be specified for non-apply patch";
  return [{ reason: "FieldValueForbidden", message, field: "force" }];
}

/** Reads a request's options; `applies` says whether it is a server-side apply. Throws 422 for what isn't one. */
export function readOptions(method: string, applies: boolean, query: URLSearchParams): WriteOptions {
  const dryRun = query.getAll("dryRun").filter((value) => value !== "");
  const validation = query.get("fieldValidation") ?? "";
  const kind = kinds[method];
  const known = validation === "Strict" || validation === "Warn" || validation === "Ignore";
  if (kind === undefined) return { dryRun: false, fieldValidation: "Warn" };
  const causes: Cause[] = [
    ...(method === "PATCH" ? patchCauses(applies, query) : []),
    ...(method === "DELETE" ? [] : managerCauses(query.get("fieldManager") ?? "")),
  ];
  if (dryRun.some((value) => value !== "All"))
    causes.push({
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"`,
      field: "dryRun",
    });
  if (validation !== "" && !known && method !== "DELETE")
    causes.push({
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"`,
      field: "fieldValidation",
    });
  if (causes.length > 0) throw invalid({ group: "meta.k8s.io", plural: "", kind }, "", causes);
  return { dryRun: dryRun.length > 0, fieldValidation: known ? validation : "Warn" };
}
