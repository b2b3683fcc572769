/** Metadata is decoded into one structure for every kind, whatever its schema says: ObjectMeta. */
import { definition } from "./definitions.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import type { KubeObject, ObjectMeta } from "./object.ts";
import { dropNulls } from "./schema/default.ts";
import { validate } from "./schema/validate.ts";
import { badRequest } from "./status.ts";

const schema = definition("io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");

function isEmpty(value: Json): boolean {
  return (
    value === "" || (Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
  );
}

/** An object with its metadata as Go would hold it: without nulls and empty members. 400 where a type is wrong. */
export function decodeMetadata(object: JsonObject): KubeObject {
  const given = dropNulls(object["metadata"] ?? {});
  if (!isObject(given)) throw badRequest("metadata is not an object");
  const wrong = validate(given, schema, "metadata").find((cause) => cause.reason === "FieldValueTypeInvalid");
  if (wrong !== undefined) throw badRequest(`unable to decode ${wrong.field ?? "metadata"}: ${wrong.message}`);
  // An empty list of managers is a request to forget them, not nothing.
  const kept = Object.entries(given).filter(
    ([name, value]) => value !== undefined && (name === "managedFields" || !isEmpty(value)),
  );
  return { ...object, metadata: Object.fromEntries(kept) as ObjectMeta } as KubeObject;
}
