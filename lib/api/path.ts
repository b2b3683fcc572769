/** Addresses of ours that name something: their segments, decoded once. */
import { MeshscopeError } from "#lib/errors.ts";
import { type ObjectRef, parseRefPath } from "#lib/policy/ref.ts";
import { readQuery } from "./query.ts";
import { z } from "./zod.ts";

/**
 * What follows /api/v1/{first} in a request's path; such an address takes no parameters.
 * @throws MeshscopeError `bad_request` for a broken percent-encoding, `bad_parameter`
 */
export function pathSegments(url: string): readonly string[] {
  readQuery(z.object({}), new URL(url).searchParams);
  return decodedPath(url);
}

/** The same, of an address that takes parameters. @throws MeshscopeError `bad_request` */
export function decodedPath(url: string): readonly string[] {
  try {
    return new URL(url).pathname.split("/").slice(4).map(decodeURIComponent);
  } catch {
    throw new MeshscopeError(
      "bad_request",
      "The address can't be decoded: a % must begin a percent-encoded UTF-8 text.",
    );
  }
}

/** The object of `/policies/{object path}`. @throws MeshscopeError `not_found` */
export function objectAt(url: string): ObjectRef {
  const ref = parseRefPath(pathSegments(url));
  if (ref) return ref;
  const form = "{cluster}/{group}/{version}/{kind}/{namespace}/{name}";
  throw new MeshscopeError("not_found", `That is no object's address. It has the form ${form}.`);
}

/** The service of `/services/{cluster}/{namespace}/{name}`. @throws MeshscopeError `not_found` */
export function serviceAt(url: string) {
  const [cluster = "", namespace = "", name = "", ...more] = pathSegments(url);
  const ref = parseRefPath([cluster, "core", "v1", "Service", namespace, name, ...more]);
  if (ref && ref.namespace !== null) return { cluster, namespace, name };
  throw new MeshscopeError("not_found", "That is no service's address. It has the form {cluster}/{namespace}/{name}.");
}

/** The kind of `/schemas/{cluster}/{group}/{version}/{kind}`. @throws MeshscopeError `not_found` */
export function kindAt(url: string): Pick<ObjectRef, "cluster" | "group" | "version" | "kind"> {
  const segments = pathSegments(url);
  const ref = segments.length === 4 ? parseRefPath([...segments, "-", "x"]) : null;
  if (ref) return { cluster: ref.cluster, group: ref.group, version: ref.version, kind: ref.kind };
  throw new MeshscopeError(
    "not_found",
    "That is no kind's address. It has the form {cluster}/{group}/{version}/{kind}.",
  );
}
