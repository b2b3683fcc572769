/** Reading one object with the user's own token. */
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { decodeManifest } from "#lib/kube/manifest.ts";
import type { Resource } from "#lib/kube/resource.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { asReauth, clusterOf } from "./access.ts";
import type { PlanDeps } from "./model.ts";

/** The object as it is now; null: there is none. @throws MeshscopeError as KubeClient.get, and `reauth` */
export async function readObject(
  deps: PlanDeps,
  credential: Credential,
  resource: Resource,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<Manifest | null> {
  const { kube, as } = clusterOf(deps, credential, ref.cluster);
  try {
    const object = await kube.get(resource, {
      as,
      objectName: ref.name,
      ...(ref.namespace === null ? {} : { namespace: ref.namespace }),
      ...(signal ? { signal } : {}),
    });
    const manifest = decodeManifest(resource)(object);
    if (manifest === null) throw new MeshscopeError("upstream_bad", `${refText(ref)} can't be read as one.`);
    return manifest;
  } catch (thrown) {
    if (problemOf(thrown).code === "not_found") return null;
    throw asReauth(thrown, ref.cluster);
  }
}
