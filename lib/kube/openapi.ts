/** A cluster's own schemas. https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3 */
import { MeshscopeError } from "#lib/errors.ts";
import { unreadable } from "./problem.ts";
import type { Asked } from "./status.ts";
import type { Exchange, Transport } from "./transport.ts";

/** A decoded document; Kubernetes's own largest is about 3 MB. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Documents that are kept; Istio's, Gateway API's and the core's are seven. */
const KEPT = 12;

/**
 * Reads OpenAPI v3 documents, one a group and version. The small index is read each time and as the caller, so that rights
 * count; a document is kept for as long as the index names the same hash.
 */
export class OpenApiReader {
  readonly #documents = new Map<string, { readonly url: string; readonly document: unknown }>();

  /** @throws MeshscopeError `not_found` where the cluster doesn't serve the group in this version */
  async read(transport: Transport, asked: Asked, group: string, version: string, o: Exchange): Promise<unknown> {
    const path = group === "" ? `api/${version}` : `apis/${group}/${version}`;
    const url = urlIn(await transport.read("/openapi/v3", asked, { ...o, maxBytes: MAX_BYTES }), path, asked);
    const kept = this.#documents.get(path);
    if (kept?.url === url) return kept.document;
    const document = await transport.read(url, asked, { ...o, maxBytes: MAX_BYTES });
    if (typeof document !== "object" || document === null) throw unreadable(asked, "no schemas");
    this.#documents.delete(path);
    this.#documents.set(path, { url, document });
    for (const oldest of [...this.#documents.keys()].slice(0, -KEPT)) this.#documents.delete(oldest);
    return document;
  }
}

/** The document's address, which the server chooses: only a path below /openapi/v3/ is followed. */
function urlIn(index: unknown, path: string, asked: Asked): string {
  const { paths } = (typeof index === "object" && index !== null ? index : {}) as { paths?: unknown };
  if (typeof paths !== "object" || paths === null) throw unreadable(asked, "no index of schemas");
  const entry: unknown = Object.hasOwn(paths, path) ? (paths as Record<string, unknown>)[path] : undefined;
  if (typeof entry !== "object" || entry === null) {
    throw new MeshscopeError("not_found", `Cluster "${asked.cluster}" has no schemas of ${path}.`);
  }
  const url = (entry as { serverRelativeURL?: unknown }).serverRelativeURL;
  if (
    typeof url !== "string" ||
    !/^\/openapi\/v3\/[A-Za-z0-9._/-]+(\?hash=[A-Za-z0-9]+)?$/.test(url) ||
    url.includes("..")
  ) {
    throw unreadable(asked, "an address that isn't one of its schemas");
  }
  return url;
}
