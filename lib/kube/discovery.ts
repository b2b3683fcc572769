/**
 * Which resources of a group an API server serves, and in which versions. Whoever has signed in may ask (system:discovery).
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#unaggregated-discovery
 */
import { problemOf } from "#lib/errors.ts";
import { unreadable } from "./problem.ts";
import type { Asked } from "./status.ts";
import type { Exchange, Transport } from "./transport.ts";

/** Versions by the resource's plural, in the server's order. */
export type Served = ReadonlyMap<string, readonly string[]>;

/** A group of CRDs lists some dozen resources. */
const MAX_BYTES = 4 * 1024 * 1024;
const MOST_VERSIONS = 16;
const VERSION = /^v\d{1,4}((alpha|beta)\d{1,4})?$/;
const PLURAL = /^[a-z0-9]{1,63}$/;

/** Empty where the server doesn't have the group. @throws MeshscopeError as every read does */
export async function readServed(transport: Transport, asked: Asked, group: string, o: Exchange): Promise<Served> {
  const read = async (path: string): Promise<unknown> => {
    try {
      return await transport.read(path, asked, { ...o, maxBytes: MAX_BYTES });
    } catch (thrown) {
      if (problemOf(thrown).code === "not_found") return null;
      throw thrown;
    }
  };
  const index = await read(`/apis/${group}`);
  if (index === null) return new Map();
  const versions = listOf(index, "versions").flatMap(({ version }) => {
    return typeof version === "string" && VERSION.test(version) ? [version] : [];
  });
  if (versions.length === 0) throw unreadable(asked, "no versions of a group");
  const served = new Map<string, string[]>();
  for (const version of versions.slice(0, MOST_VERSIONS)) {
    // One that went between the two questions serves nothing.
    for (const { name } of listOf(await read(`/apis/${group}/${version}`), "resources")) {
      // `gateways/status` is a part of another one.
      if (typeof name !== "string" || !PLURAL.test(name)) continue;
      served.set(name, [...(served.get(name) ?? []), version]);
    }
  }
  return served;
}

function listOf(value: unknown, key: string): readonly Readonly<Record<string, unknown>>[] {
  const list: unknown = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : null;
  return Array.isArray(list) ? list.filter((each) => typeof each === "object" && each !== null) : [];
}
