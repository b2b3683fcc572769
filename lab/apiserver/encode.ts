/**
 * Objects as text. An object is serialised once, whatever the number of lists and watchers it is sent to: objects never
 * change in place, so the text is kept beside them. Versions of a kind differ only in apiVersion (strategy None).
 */
import type { KubeObject } from "./object.ts";
import { apiVersionOf } from "./object.ts";
import type { Resource } from "./resource.ts";
import type { ChangeType } from "./store.ts";

const bodies = new WeakMap<KubeObject, string>();
const lines = new WeakMap<KubeObject, Map<string, Buffer>>();

/** All members but kind and apiVersion, without the opening brace. */
function bodyOf(object: KubeObject): string {
  let body = bodies.get(object);
  if (body === undefined) {
    const { kind: _kind, apiVersion: _version, ...rest } = object;
    body = JSON.stringify(rest).slice(1);
    bodies.set(object, body);
  }
  return body;
}

function head(resource: Resource, version: string): string {
  const apiVersion = JSON.stringify(apiVersionOf(resource.group, version));
  return resource.builtin
    ? `{"kind":"${resource.kind}","apiVersion":${apiVersion},`
    : `{"apiVersion":${apiVersion},"kind":"${resource.kind}",`;
}

/** One object in one version. */
export function objectText(resource: Resource, version: string, object: KubeObject): string {
  return head(resource, version) + bodyOf(object);
}

/** What a list says about itself. */
export interface ListMeta {
  readonly resourceVersion: string;
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** A list. Items of built-in kinds come without kind and apiVersion, as from the real server. */
export function listText(resource: Resource, version: string, meta: ListMeta, objects: readonly KubeObject[]): string {
  const opening = resource.builtin ? "{" : head(resource, version);
  const listHead = `{"kind":"${resource.listKind}","apiVersion":${JSON.stringify(apiVersionOf(resource.group, version))}`;
  const items = objects.map((object) => opening + bodyOf(object)).join(",");
  return `${listHead},"metadata":${JSON.stringify(meta)},"items":[${items}]}\n`;
}

/** One line of a watch, as bytes that all watchers of a version share. */
export function eventLine(resource: Resource, version: string, type: ChangeType, object: KubeObject): Buffer {
  let known = lines.get(object);
  if (known === undefined) {
    known = new Map();
    lines.set(object, known);
  }
  const key = `${type} ${version}`;
  let line = known.get(key);
  if (line === undefined) {
    line = Buffer.from(`{"type":"${type}","object":${objectText(resource, version, object)}}\n`);
    known.set(key, line);
  }
  return line;
}
