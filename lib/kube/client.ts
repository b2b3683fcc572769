/** A Kubernetes API: get, list by pages, watch; writing is in writer.ts. https://kubernetes.io/docs/reference/using-api/api-concepts/ */
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Clock, Seconds } from "#lib/units.ts";
import type { Calling } from "./calling.ts";
import { readServed, type Served } from "./discovery.ts";
import { type Listed, list } from "./list.ts";
import { createLogReader, type KubeLogs } from "./logs.ts";
import { decodeManifest } from "./manifest.ts";
import { OpenApiReader } from "./openapi.ts";
import { thrownProblem, tooLate, unreadable } from "./problem.ts";
import { pathOf, type Resource, resourceName } from "./resource.ts";
import type { Asked } from "./status.ts";
import type { KubeTarget } from "./target.ts";
import { createTransport } from "./transport.ts";
import { type WatchEvent, watch } from "./watch.ts";
import { createWriter } from "./writer.ts";
import type { KubeWriter } from "./writing.ts";

export type { As, Calling } from "./calling.ts";
export type { KubeTarget } from "./target.ts";

export interface Listing extends Calling {
  /** Without it: all namespaces, or cluster-scoped objects. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  /** The one object of that name: what a Role that names objects allows. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
  readonly only?: string;
  /** Ask for metadata alone, where the server can: a fraction of the bytes. */
  readonly metadataOnly?: boolean;
}

export interface Watching extends Listing {
  /** Of the list that this continues. */
  readonly resourceVersion: string;
  /** Called for whatever arrives, bookmarks too: the state is known to be current then. */
  readonly onContact?: () => void;
}

/**
 * One cluster's API. All throw MeshscopeError: `forbidden` (names verb, resource, namespace), `not_found`,
 * `upstream_unauthorised`, `upstream_unreachable`, `upstream_timeout`, `upstream_busy` (with retryAfter),
 * `upstream_too_large`, `upstream_bad`, `cancelled`, `bad_parameter` (a name that can't be).
 */
export interface KubeClient {
  readonly name: string;
  /** One object, whole; `upstream_bad` if what came isn't of this kind. */
  get(resource: Resource, o: Calling & { readonly namespace?: string; readonly objectName: string }): Promise<Manifest>;
  /**
   * All objects of a collection, decoded page by page, so that no more than a page is held raw. `decode` answers null
   * for what it can't read; that is counted in `skipped`. A list that expires between pages (410) begins anew.
   */
  list<T>(resource: Resource, decode: (object: unknown) => T | null, o?: Listing): Promise<Listed<T>>;
  /**
   * Changes since a list. Ends without an error when the server closes it, when nothing at all arrives for two minutes,
   * or with an event `gone` when the version is too old (410 in either form): then list again.
   */
  watch(resource: Resource, o: Watching): AsyncIterable<WatchEvent>;
  /**
   * The OpenAPI v3 document of a group in a version, as JSON; at most 32 MiB, kept while its hash stays.
   * `not_found` where the cluster doesn't serve it.
   */
  openapi(group: string, version: string, o?: Calling): Promise<unknown>;
  /** Which resources of a group are served in which versions; empty where the cluster doesn't have the group. */
  served(group: string, o?: Calling): Promise<Served>;
  close(): Promise<void>;
}

export interface KubeDeps {
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads the ends of watches, so that many don't reconnect at once. */
  readonly random?: () => number;
  /** Silence after which a watch is taken for dead. */
  readonly idle?: Seconds;
}

const DEFAULT_TIMEOUT = 10 as Seconds;
/** Bookmarks come about once a minute. https://kubernetes.io/docs/reference/using-api/api-concepts/#watch-bookmarks */
const DEFAULT_IDLE = 120 as Seconds;

/** @throws MeshscopeError `bad_config` for a target that can't be asked. Connects with the first call. */
export function createKubeClient(target: KubeTarget, deps: KubeDeps): KubeClient & KubeWriter & KubeLogs {
  const { clock, random = Math.random, idle = DEFAULT_IDLE } = deps;
  const transport = createTransport(target, clock);
  const schemas = new OpenApiReader();
  const asked = (verb: Asked["verb"], resource: Resource, o: Listing, objectName?: string): Asked => ({
    cluster: target.name,
    verb,
    resource: resourceName(resource),
    namespace: o.namespace,
    user: o.as !== undefined,
    ...(objectName === undefined ? {} : { objectName }),
  });

  /** Runs a call under its deadline, and says which of caller, deadline and connection ended it. */
  async function within<T>(what: Asked, o: Calling, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const deadline = AbortSignal.timeout((o.timeout ?? DEFAULT_TIMEOUT) * 1000);
    const signal = o.signal ? AbortSignal.any([o.signal, deadline]) : deadline;
    try {
      return await run(signal);
    } catch (thrown) {
      if (o.signal?.aborted)
        throw new MeshscopeError("cancelled", `The question to cluster "${target.name}" was given up.`);
      if (deadline.aborted) throw tooLate(what);
      throw thrownProblem(thrown, what);
    }
  }

  return {
    ...createWriter(target.name, transport, within),
    ...createLogReader(target.name, transport, within),
    name: target.name,
    async get(resource, o) {
      const what = asked("get", resource, o, o.objectName);
      const path = pathOf(resource, o.namespace, o.objectName);
      return within(what, o, async (signal) => {
        const object = decodeManifest(resource)(await transport.read(path, what, { signal, as: o.as }));
        if (object === null) throw unreadable(what, `no ${resource.kind}`);
        return object;
      });
    },
    async list(resource, decode, o = {}) {
      const what = asked("list", resource, o, o.only);
      const path = pathOf(resource, o.namespace);
      return within(what, { ...o, timeout: o.timeout ?? (60 as Seconds) }, (signal) =>
        list(transport, path, what, decode, { ...o, signal }),
      );
    },
    watch(resource, o) {
      const what = asked("watch", resource, o, o.only);
      return watch(transport, pathOf(resource, o.namespace), what, { ...o, idle, random });
    },
    openapi(group, version, o = {}) {
      const resource: Resource = { group: "", version: "v1", plural: "schemas", kind: "Schema" };
      const what = { ...asked("get", resource, {}, "openapi"), user: o.as !== undefined };
      return within(what, { ...o, timeout: o.timeout ?? (30 as Seconds) }, (signal) =>
        schemas.read(transport, what, group, version, { signal, as: o.as }),
      );
    },
    served(group, o = {}) {
      const resource: Resource = { group, version: "", plural: "resources", kind: "APIResourceList" };
      const what = { ...asked("get", resource, {}, "discovery"), user: o.as !== undefined };
      return within(what, o, (signal) => readServed(transport, what, group, { signal, as: o.as }));
    },
    close: () => transport.close(),
  };
}
