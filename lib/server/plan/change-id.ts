/** Ids of records in addresses: opaque to callers, and checked before they become paths. */
import { MeshscopeError } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";

export function changeId(cluster: string, record: Manifest): string {
  const { name, namespace = "" } = record.metadata;
  return Buffer.from([cluster, namespace, name].join("/"), "utf8").toString("base64url");
}

/** @throws MeshscopeError `not_found` for what no list of changes gave */
export function parseChangeId(id: string): {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
} {
  const text = id.length <= 1024 ? Buffer.from(id, "base64url").toString("utf8") : "";
  const [, cluster, namespace, name] =
    /^([A-Za-z0-9._-]{1,63})\/([a-z0-9-]{1,63})\/(meshscope-[0-9a-f]{16}-\d{1,2})$/.exec(text) ?? [];
  if (cluster === undefined || namespace === undefined || name === undefined)
    throw new MeshscopeError(
      "not_found",
      "There is no such change. Changes that others made can't be named for undoing.",
    );
  return { cluster, namespace, name };
}
