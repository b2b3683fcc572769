/** What the contract runs on, and the few things every case needs: a namespace of its own and short ways to ask. */
import { randomBytes } from "node:crypto";
import { type Answer, createHttp, type Endpoint, type Http, type RequestOptions, type WatchStream } from "./http.ts";

/** A server under contract. */
export interface Target extends Endpoint {
  /** Tokens of users with no more rights than everybody has. */
  readonly viewer: string;
  readonly editor: string;
  readonly console: string;
  /** Makes versions before now too old to be asked for. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

export interface Meta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** An object as answered; the rest is read with `at`. */
export interface Thing {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata: Meta;
  readonly [key: string]: unknown;
}

export interface ThingList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  readonly items: readonly Thing[];
}

/** The part of a Status that is a contract; messages are for people. */
export interface Failure {
  readonly kind: string;
  readonly status: string;
  readonly code: number;
  readonly reason?: string;
  readonly message: string;
  readonly metadata: { readonly continue?: string };
  readonly details?: {
    readonly name?: string;
    readonly kind?: string;
    readonly group?: string;
    readonly causes?: readonly { readonly reason?: string; readonly field?: string; readonly message: string }[];
  };
}

/** A running target with its client. */
export interface Subject {
  readonly target: Target;
  readonly http: Http;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Asks, and throws unless the answer has one of the given statuses (default 200, 201). */
  ok(method: string, path: string, options?: RequestOptions): Promise<Thing>;
  list(path: string): Promise<ThingList>;
  fails(method: string, path: string, options?: RequestOptions): Promise<Failure>;
  watch(path: string, options?: RequestOptions): Promise<WatchStream>;
  /** A new namespace with a random name. */
  namespace(): Promise<string>;
}

/** A subject on a running target. Its client has to be closed by the caller. */
export function createSubject(target: Target): Subject {
  const http = createHttp(target);
  const request = http.request;
  const ok: Subject["ok"] = async (method, path, options) => {
    const answer = await request(method, path, options);
    if (answer.status !== 200 && answer.status !== 201)
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer.body as Thing;
  };
  return {
    target,
    http,
    request,
    ok,
    list: async (path) => (await ok("GET", path)) as unknown as ThingList,
    async fails(method, path, options) {
      const answer = await request(method, path, options);
      const failure = answer.body as Failure | undefined;
      if (answer.status < 400 || failure?.kind !== "Status" || failure.code !== answer.status)
        throw new Error(`${method} ${path} answered ${answer.status}, no failure: ${answer.text}`);
      return failure;
    },
    watch: http.watch,
    async namespace() {
      const name = `contract-${randomBytes(5).toString("hex")}`;
      await ok("POST", "/api/v1/namespaces", { body: { apiVersion: "v1", kind: "Namespace", metadata: { name } } });
      return name;
    },
  };
}

/** A member deep inside an answer; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? (inner as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

/** `reason field` of every cause, sorted, without the remark that CEL rules weren't reached. */
export function causesOf(failure: Failure): string[] {
  return (failure.details?.causes ?? [])
    .filter((cause) => !cause.message.includes("some validation rules were not checked"))
    .map((cause) => `${cause.reason ?? ""} ${cause.field ?? ""}`)
    .sort();
}

/** Paths of collections by namespace. */
export const paths = {
  configMaps: (namespace: string): string => `/api/v1/namespaces/${namespace}/configmaps`,
  services: (namespace: string): string => `/api/v1/namespaces/${namespace}/services`,
  pods: (namespace: string): string => `/api/v1/namespaces/${namespace}/pods`,
  deployments: (namespace: string): string => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  virtualServices: (namespace: string, version = "v1"): string =>
    `/apis/networking.istio.io/${version}/namespaces/${namespace}/virtualservices`,
  peerAuthentications: (namespace: string): string =>
    `/apis/security.istio.io/v1/namespaces/${namespace}/peerauthentications`,
  httpRoutes: (namespace: string): string => `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes`,
};

/** A manifest of a ConfigMap. */
export function configMap(
  name: string,
  data: Readonly<Record<string, string>> = {},
  labels: Readonly<Record<string, string>> = {},
): object {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data };
}

/** A manifest of a VirtualService that splits host `reviews` by two weights (percent). */
export function virtualService(name: string, weights: readonly [number, number] = [90, 10]): object {
  const route = weights.map((weight, i) => ({ destination: { host: "reviews", subset: `v${i + 1}` }, weight }));
  return {
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { name },
    spec: { hosts: ["reviews"], http: [{ route }] },
  };
}

/** A manifest of a Deployment with two containers, selected by label app. */
export function deployment(name: string): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            { name: "main", image: "example.com/main:1", env: [{ name: "A", value: "1" }] },
            { name: "side", image: "example.com/side:1" },
          ],
        },
      },
    },
  };
}

/** A manifest of a Pod, bound to a node where one is named. */
export function pod(name: string, labels: Readonly<Record<string, string>> = {}, nodeName?: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels },
    spec: {
      containers: [{ name: "main", image: "example.com/main:1" }],
      ...(nodeName === undefined ? {} : { nodeName }),
    },
  };
}
