/**
 * The lab's own small Kubernetes client: what its seeding, controllers and simulator need, over HTTPS with a CA and a
 * token. It is deliberately not the console's, so that the two can't share a mistake.
 */

import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import type { Json, KubeObject, Resource } from "./object.ts";
import { pathOf } from "./object.ts";
import { isObject, listAt, numberAt, objectAt, textAt } from "./read.ts";

export interface KubeTarget {
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

/** A Status answer, or a connection that failed (code 0). */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
}

export interface Kube {
  get(r: Resource, namespace: string | undefined, name: string): Promise<KubeObject>;
  list(r: Resource): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }>;
  /** `manager`: the field manager that the object then belongs to. */
  create(r: Resource, object: KubeObject, manager?: string): Promise<KubeObject>;
  /** JSON merge patch, or a JSON patch when the body is a list. `subresource` for example "status". */
  patch(
    r: Resource,
    namespace: string | undefined,
    name: string,
    body: unknown,
    subresource?: string,
  ): Promise<KubeObject>;
  /** Absent objects are no error. */
  remove(r: Resource, namespace: string | undefined, name: string): Promise<void>;
  /** Runs until the server ends the watch, then resolves; rejects with 410 when the version is too old. */
  watch(r: Resource, resourceVersion: string, signal: AbortSignal, onEvent: (event: WatchEvent) => void): Promise<void>;
  close(): void;
}

const isKubeObject = (value: unknown): value is KubeObject => isObject(objectAt(value, "metadata")) && isObject(value);

export function createKube(target: KubeTarget): Kube {
  const agent = new Agent({ keepAlive: true, ca: target.ca, maxSockets: 24 });
  // Watches hold their sockets for minutes, so they don't share the pool that requests wait in.
  const watchAgent = new Agent({ keepAlive: false, ca: target.ca });

  const open = (
    method: string,
    path: string,
    options: {
      readonly body?: unknown;
      readonly type?: string;
      readonly signal?: AbortSignal;
      readonly watch?: boolean;
    },
  ): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const payload = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
      const outgoing = request(
        new URL(path, target.server),
        {
          method,
          agent: options.watch === true ? watchAgent : agent,
          headers: {
            authorization: `Bearer ${target.token}`,
            accept: "application/json",
            ...(payload && { "content-type": options.type ?? "application/json", "content-length": payload.length }),
          },
          ...(options.signal && { signal: options.signal }),
        },
        resolve,
      );
      outgoing.on("error", (cause) => reject(new KubeError(0, "Unreachable", `${method} ${path}: ${cause.message}`)));
      outgoing.end(payload);
    });

  const call = async (method: string, path: string, body?: unknown, type?: string): Promise<Json> => {
    const answer = await open(method, path, { body, ...(type !== undefined && { type }) });
    const parsed = parse(await text(answer));
    if ((answer.statusCode ?? 0) >= 300) throw failure(method, path, answer.statusCode ?? 0, parsed);
    return parsed;
  };

  const object = async (method: string, path: string, body?: unknown, type?: string): Promise<KubeObject> => {
    const answer = await call(method, path, body, type);
    if (!isKubeObject(answer)) throw new KubeError(0, "NotAnObject", `${method} ${path} answered no object`);
    return answer;
  };

  return {
    get: (r, namespace, name) => object("GET", pathOf(r, namespace, name)),
    list: async (r) => {
      const answer = await call("GET", pathOf(r));
      const items = listAt(answer, "items").filter(isKubeObject);
      return { items, resourceVersion: textAt(objectAt(answer, "metadata"), "resourceVersion") ?? "0" };
    },
    create: (r, o, manager) =>
      object(
        "POST",
        `${pathOf(r, o.metadata.namespace)}${manager === undefined ? "" : `?fieldManager=${encodeURIComponent(manager)}`}`,
        o,
      ),
    patch: (r, namespace, name, body, subresource) =>
      object(
        "PATCH",
        `${pathOf(r, namespace, name)}${subresource === undefined ? "" : `/${subresource}`}`,
        body,
        Array.isArray(body) ? "application/json-patch+json" : "application/merge-patch+json",
      ),
    remove: async (r, namespace, name) => {
      try {
        // A Job's default is to orphan its pods, and would wait for a garbage collector that nobody runs here.
        await call("DELETE", `${pathOf(r, namespace, name)}?gracePeriodSeconds=0&propagationPolicy=Background`);
      } catch (error) {
        if (!(error instanceof KubeError) || error.code !== 404) throw error;
      }
    },
    watch: async (r, resourceVersion, signal, onEvent) => {
      const path = `${pathOf(r)}?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}`;
      const answer = await open("GET", path, { signal, watch: true });
      if (answer.statusCode !== 200) {
        throw failure("GET", path, answer.statusCode ?? 0, parse(await text(answer)));
      }
      await eachLine(answer, (line) => {
        const event = parse(line);
        if (event["type"] === "ERROR") {
          const status = objectAt(event, "object");
          throw new KubeError(
            numberAt(status, "code") ?? 500,
            textAt(status, "reason") ?? "",
            textAt(status, "message") ?? "watch failed",
          );
        }
        if (isWatchEvent(event)) onEvent(event);
      });
    },
    close: () => {
      agent.destroy();
      watchAgent.destroy();
    },
  };
}

const isWatchEvent = (value: unknown): value is WatchEvent =>
  isObject(value) &&
  (value["type"] === "ADDED" ||
    value["type"] === "MODIFIED" ||
    value["type"] === "DELETED" ||
    value["type"] === "BOOKMARK") &&
  isKubeObject(value["object"]);

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

const failure = (method: string, path: string, code: number, status: Json): KubeError =>
  new KubeError(code, textAt(status, "reason") ?? "", `${method} ${path}: ${code} ${textAt(status, "message") ?? ""}`);

async function text(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of answer) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

async function eachLine(answer: IncomingMessage, take: (line: string) => void): Promise<void> {
  answer.setEncoding("utf8");
  let rest = "";
  for await (const part of answer) {
    const lines = (rest + String(part)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") take(line);
  }
}
