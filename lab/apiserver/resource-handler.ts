/** The resource API: one request about objects of one kind. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { User } from "./auth.ts";
import { contentType, parseBody, parseJson, parseYaml, readBody } from "./body.ts";
import type { Found } from "./catalogue.ts";
import type { Context } from "./context.ts";
import { type DeleteOptions, objectsIn, parseDeleteOptions, remove } from "./delete.ts";
import { managerOf } from "./fields/field-manager.ts";
import { isObject, type Json } from "./json.ts";
import { list, parseSelection, selects } from "./list.ts";
import { sendLog } from "./logs.ts";
import { negotiate } from "./negotiate.ts";
import { apiVersionOf, isKubeObject, type KubeObject } from "./object.ts";
import { applyConfiguration, applyPatch, applyType, patchType } from "./patch/patch.ts";
import type { ResourcePath } from "./path.ts";
import { isWatch } from "./rbac/attributes.ts";
import { authorise } from "./rbac/authorise.ts";
import type { Resource } from "./resource.ts";
import { sendJson, sendWarnings } from "./respond.ts";
import { patchScale, scaleOf, writeScale } from "./scale.ts";
import { createSender } from "./sender.ts";
import { badRequest, methodNotAllowed, noSuchResource, unsupportedMediaType } from "./status.ts";
import type { WriteTarget } from "./target.ts";
import { watch } from "./watch.ts";
import { create, read, update } from "./write.ts";
import { readOptions } from "./write-options.ts";

/** One request, routed to its resource. */
export interface ResourceRequest {
  readonly user: User;
  readonly method: string;
  readonly path: ResourcePath;
  readonly found: Found;
  readonly query: URLSearchParams;
  /** Ends watches when the server stops. */
  readonly stopping: AbortSignal;
}

type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

function verbOf(request: ResourceRequest): Verb {
  const { method, path, query } = request;
  if (path.name === null) {
    if (method === "GET") return isWatch(query) ? "watch" : "list";
    if (method === "POST") return "create";
    if (method === "DELETE") return "deletecollection";
    throw methodNotAllowed();
  }
  const verbs: Readonly<Record<string, Verb>> = { GET: "get", PUT: "update", PATCH: "patch", DELETE: "delete" };
  const verb = verbs[method];
  if (verb === undefined || (verb === "delete" && path.subresource !== null)) throw methodNotAllowed();
  return verb;
}

/** Carries out one request and answers it. Throws StatusError. */
export async function handleResource(
  context: Context,
  request: ResourceRequest,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { path, found, query } = request;
  const { resource, version } = found;
  const known =
    { status: version.status, scale: resource.scale, log: resource.log }[path.subresource ?? ""] ??
    path.subresource === null;
  if (!known) throw noSuchResource();
  if (path.namespace !== "" && !resource.namespaced) throw noSuchResource();
  const verb = verbOf(request);
  if (path.subresource === "log" && verb !== "get") throw methodNotAllowed();
  if (resource.namespaced && path.namespace === "" && verb !== "list" && verb !== "watch") throw methodNotAllowed();
  const reading = verb === "get" || verb === "list" || verb === "watch";
  if (resource.readOnly && !reading) throw methodNotAllowed();
  if (verb === "deletecollection" && !resource.deleteCollection) throw methodNotAllowed();

  const warnings: string[] = version.deprecationWarning === undefined ? [] : [version.deprecationWarning];
  const name = path.name ?? "";
  const target = writeTarget(request, incoming, warnings);
  const shape = negotiate(incoming.headers.accept);
  const send = createSender(context, { response, found, shape, query, warnings });
  const answer = (code: number, object: KubeObject): void => send.object(code, object);

  if (path.subresource === "log")
    return sendLog(context, name, () => read(context, resource, path.namespace, name), query, response);
  if (path.subresource === "scale")
    return sendJson(response, 200, await scaleAnswer(context, target, name, verb, incoming));
  switch (verb) {
    case "get":
      return answer(200, read(context, resource, path.namespace, name));
    case "list": {
      const page = list(context, resource, parseSelection(resource, path.namespace, query), query);
      return send.list(page.meta, page.objects);
    }
    case "watch": {
      sendWarnings(response, warnings);
      const selection = parseSelection(resource, path.namespace, query);
      return watch(context, { resource, version, selection, query, encode: send.event }, response, request.stopping);
    }
    case "create":
      return answer(201, create(context, target, await objectIn(incoming, found)));
    case "update": {
      const body = await objectIn(incoming, found);
      const existed = exists(context, resource, path.namespace, name);
      if (!existed && resource.createOnUpdate) demandCreation(context, request);
      return answer(existed ? 200 : 201, update(context, target, name, body));
    }
    case "patch": {
      const type = patchType(contentType(incoming), resource.builtin);
      const text = (await readBody(incoming)).toString("utf8");
      if (type !== "apply") return answer(200, applyPatch(context, target, name, type, parseJson(text)));
      const existed = exists(context, resource, path.namespace, name);
      if (!existed) demandCreation(context, request);
      const configuration = parseYaml(text);
      const force = query.get("force") === "true" || query.get("force") === "1";
      return answer(existed ? 200 : 201, applyConfiguration(context, target, name, configuration, force));
    }
    case "delete": {
      const options = await deleteOptionsIn(incoming, query);
      const { object, finished } = remove(context, resource, path.namespace, name, options);
      if (!finished || resource.deleteReturnsObject) return answer(200, object);
      return sendJson(response, 200, deleted(resource, object));
    }
    case "deletecollection": {
      const options = await deleteOptionsIn(incoming, query);
      const selection = parseSelection(resource, path.namespace, query);
      const doomed = objectsIn(context, resource, path.namespace).filter((object) => selects(selection, object));
      const gone = doomed.map(
        (object) => remove(context, resource, path.namespace, object.metadata.name, options).object,
      );
      const meta = { resourceVersion: String(context.store.revision) };
      return send.list(meta, gone);
    }
  }
}

/** An update or an apply that creates needs the right to create beside its own, which the router has asked for (403). */
function demandCreation(context: Context, { user, path }: ResourceRequest): void {
  const { group, plural: resource, namespace, name } = path;
  const attributes = { verb: "create", group, resource, subresource: "", namespace, name: name ?? "" };
  authorise(context.authoriser, user, attributes);
}

async function scaleAnswer(
  context: Context,
  target: WriteTarget,
  name: string,
  verb: Verb,
  incoming: IncomingMessage,
): Promise<Json> {
  const object = (): KubeObject => read(context, target.resource, target.namespace, name);
  if (verb === "get") return scaleOf(object());
  const type = verb === "patch" ? patchType(contentType(incoming), true) : null;
  if (type === "apply") throw unsupportedMediaType(["application/json-patch+json", "application/merge-patch+json"]);
  const body = await readBody(incoming);
  // Read after the body has arrived: a slow body must not bring back an old object.
  return type === null
    ? writeScale(context, target, object(), parseBody(body, contentType(incoming)))
    : patchScale(context, target, object(), type, parseJson(body.toString("utf8")));
}

function writeTarget(request: ResourceRequest, incoming: IncomingMessage, warnings: string[]): WriteTarget {
  const { found, path, query } = request;
  const { dryRun, fieldValidation } = readOptions(request.method, contentType(incoming) === applyType, query);
  return {
    ...found,
    namespace: found.resource.namespaced ? path.namespace : "",
    status: path.subresource === "status",
    subresource: path.subresource ?? "",
    manager: managerOf(query.get("fieldManager") ?? "", incoming.headers["user-agent"]),
    dryRun,
    fieldValidation,
    warnings,
  };
}

/** The object in a body. Built-in kinds are known from the path; custom ones have to say what they are. */
async function objectIn(incoming: IncomingMessage, { resource, version }: Found): Promise<KubeObject> {
  const value = parseBody(await readBody(incoming), contentType(incoming));
  if (!isObject(value)) throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind})`);
  const known = resource.builtin
    ? { kind: resource.kind, apiVersion: apiVersionOf(resource.group, version.name) }
    : { kind: undefined, apiVersion: undefined };
  const object = {
    metadata: {},
    ...value,
    kind: value["kind"] ?? known.kind,
    apiVersion: value["apiVersion"] ?? known.apiVersion,
  };
  if (isKubeObject(object) && typeof object.kind === "string" && typeof object.apiVersion === "string") return object;
  throw badRequest(`the object provided is unrecognized (must be of type ${resource.kind}): Object 'Kind' is missing`);
}

async function deleteOptionsIn(incoming: IncomingMessage, query: URLSearchParams): Promise<DeleteOptions> {
  const bytes = await readBody(incoming);
  const body: Json | undefined = bytes.length === 0 ? undefined : parseBody(bytes, contentType(incoming));
  return parseDeleteOptions(body, query);
}

function exists(context: Context, resource: Resource, namespace: string, name: string): boolean {
  return context.store.collection(collectionName(resource)).get(`${namespace}/${name}`) !== undefined;
}

function collectionName(resource: Resource): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

function deleted(resource: Resource, object: KubeObject): Json {
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: object.metadata.name,
      ...(resource.group === "" ? {} : { group: resource.group }),
      kind: resource.plural,
      ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }),
    },
  };
}
