/**
 * What a request wants to do, in the words of authorisation. Follows RequestInfoFactory.NewRequestInfo of k8s.io/apiserver:
 * the verb, resource and name are read from method and path alone, before anything is known to exist.
 */

/** About objects. Empty strings where a request names none; an empty namespace is the cluster's scope. */
export interface ResourceAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** About a path that isn't of objects: discovery, health, OpenAPI. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export type Attributes = ResourceAttributes | PathAttributes;

const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/** Attributes of a request; `segments` is its path, decoded. */
export function attributesOf(
  method: string,
  path: string,
  segments: readonly string[],
  query: URLSearchParams,
): Attributes {
  const [root, ...rest] = segments;
  const group = root === "apis" && segments.length >= 4 ? rest.shift() : root === "api" ? "" : undefined;
  if (group === undefined || segments.length < 3) return { verb: method.toLowerCase(), path };
  // The version has no part in who may do what.
  rest.shift();
  let namespace = "";
  if (rest[0] === "namespaces" && rest.length > 1) {
    namespace = rest[1] ?? "";
    // A namespace's own subresources; everything else is in it.
    if (rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize") rest.splice(0, 2);
  }
  const [resource = "", name = "", subresource = ""] = rest;
  const verb = verbs[method] ?? "";
  const shared = { group, resource, subresource, namespace };
  if (name !== "" || (verb !== "get" && verb !== "delete")) return { ...shared, verb, name };
  if (verb === "delete") return { ...shared, verb: "deletecollection", name };
  return { ...shared, verb: isWatch(query) ? "watch" : "list", name: exactName(query.get("fieldSelector") ?? "") };
}

/** Does the query of a list ask for a watch? */
export function isWatch(query: URLSearchParams): boolean {
  const value = query.get("watch");
  return value === "true" || value === "1" || value === "";
}

/** A list of the one object that a field selector names counts as about that object, so that resourceNames can allow it. */
function exactName(selector: string): string {
  const term = selector.split(",").find((part) => /^metadata\.name==?[^=]/.test(part));
  return term?.replace(/^metadata\.name==?/, "") ?? "";
}
