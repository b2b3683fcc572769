/** From a request to what answers it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Authenticator } from "./auth.ts";
import { contentType, parseBody, readBody } from "./body.ts";
import type { Context } from "./context.ts";
import { apiGroup, apiVersions, groupList, resourceList } from "./discovery.ts";
import type { Json } from "./json.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { parsePath, segmentsOf } from "./path.ts";
import { attributesOf } from "./rbac/attributes.ts";
import { authorise } from "./rbac/authorise.ts";
import { handleResource } from "./resource-handler.ts";
import { sendJson, sendText } from "./respond.ts";
import { answerReview, reviewAt, reviewGroups } from "./reviews.ts";
import { badRequest, methodNotAllowed, noSuchResource, unauthorized } from "./status.ts";

export interface Router {
  readonly context: Context;
  readonly authenticator: Authenticator;
  /** host:port, as discovery answers it. */
  readonly address: () => string;
  readonly stopping: AbortSignal;
}

/** The release whose behaviour this server imitates, as /version tells. */
const version: Json = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3+meshscope-lab",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "",
  compiler: "",
  platform: `${process.platform}/${process.arch}`,
};

/** Health checks answer without a login, as on a default kube-apiserver. */
const open: ReadonlySet<string> = new Set(["/healthz", "/readyz", "/livez"]);

/** Answers one request. Throws StatusError. */
export async function route(router: Router, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(incoming.url ?? "/", "https://lab.invalid");
  const method = incoming.method ?? "GET";
  if (open.has(url.pathname)) return sendText(response, 200, "ok", "text/plain; charset=utf-8");
  const user = router.authenticator.authenticate(incoming.headers.authorization);
  if (user === null) throw unauthorized();
  const segments = segmentsOf(url.pathname);
  if (segments === null) throw badRequest("the path is not properly encoded");
  // Before anything is known to exist: a refusal tells nobody what does.
  authorise(router.context.authoriser, user, attributesOf(method, url.pathname, segments, url.searchParams));
  const fixed = fixedAnswer(router, segments);
  if (fixed !== null) {
    if (method !== "GET" && method !== "HEAD") throw methodNotAllowed();
    return sendJson(response, 200, fixed);
  }
  if (segments[0] === "openapi" && segments[1] === "v3" && segments.length > 2) {
    const document = openApiDocument(router.context.catalogue, segments.slice(2).join("/"));
    if (document !== null) return sendText(response, 200, document);
  }
  const review = reviewAt(segments);
  if (review !== null) {
    if (method !== "POST") throw methodNotAllowed();
    const body = parseBody(await readBody(incoming), contentType(incoming));
    return sendJson(response, 201, answerReview(review, { context: router.context, user }, body));
  }
  const path = parsePath(segments);
  const resourcePath = path !== null && "plural" in path ? path : null;
  const found =
    resourcePath === null
      ? null
      : router.context.catalogue.find(resourcePath.group, resourcePath.version, resourcePath.plural);
  if (resourcePath === null || found === null) {
    if (isOwn(router, segments)) throw noSuchResource();
    return sendText(response, 404, "404 page not found\n", "text/plain; charset=utf-8");
  }
  await handleResource(
    router.context,
    { user, method, path: resourcePath, found, query: url.searchParams, stopping: router.stopping },
    incoming,
    response,
  );
}

/** Paths of built-in groups are answered 404 with a Status, all others with plain text, as the real server does. */
function isOwn({ context }: Router, [root, group]: readonly string[]): boolean {
  if (root === "api") return true;
  const builtin = context.catalogue.resources.some((resource) => resource.builtin && resource.group === group);
  return root === "apis" && (builtin || reviewGroups.includes(group ?? ""));
}

function fixedAnswer(router: Router, segments: readonly string[]): Json | null {
  const { catalogue } = router.context;
  const [root, group, groupVersion] = segments;
  if (segments.length === 2 && root === "openapi" && group === "v3") return openApiIndex(catalogue);
  if (segments.length === 1 && root === "version") return version;
  if (segments.length === 1 && root === "api") return apiVersions(router.address());
  if (segments.length === 1 && root === "apis") return groupList(catalogue);
  if (segments.length === 2 && root === "api") return resourceList(catalogue, "", group ?? "");
  if (segments.length === 2 && root === "apis") return apiGroup(catalogue, group ?? "");
  if (segments.length === 3 && root === "apis") return resourceList(catalogue, group ?? "", groupVersion ?? "");
  return null;
}
