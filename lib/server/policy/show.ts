/** GET /policies/{object path}: one object as it is now, read as the viewer. */
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { MeshscopeError } from "#lib/errors.ts";
import { resourceOf } from "#lib/kube/resource.ts";
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { PolicyWorld, Reference } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf, refText } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import { checkObject, kindOf, reading } from "./access.ts";
import type { PolicyDeps, ReadingPort } from "./deps.ts";
import { findingsByObject } from "./findings.ts";
import { policyItem, readable } from "./item.ts";
import { isNamespace, viewerOf } from "./listable.ts";
import { worldOf } from "./world.ts";

const VERBS = ["update", "patch", "delete", "create"] as const;

/** @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth`, and what the API server throws */
export async function showPolicy(
  deps: PolicyDeps,
  credential: Credential,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<PolicyAnswer> {
  const { cluster, namespace, name } = ref;
  const viewer = await viewerOf(deps, credential, signal, [
    { cluster, namespace: namespace ?? (isNamespace(ref) ? name : null) },
  ]);
  checkObject(deps, viewer.visibility, ref);
  const kind = kindOf(deps, ref);
  if (kind.namespaced !== (ref.namespace !== null)) {
    const scope = kind.namespaced ? "lives in a namespace" : "has no namespace (write - in its place)";
    throw new MeshscopeError("not_found", `${ref.kind} ${scope}.`);
  }
  const { client, as } = reading(deps, credential, ref.cluster);
  const manifest = await client.get(resourceOf(kind, ref.version), {
    objectName: ref.name,
    ...(ref.namespace === null ? {} : { namespace: ref.namespace }),
    ...(as === undefined ? {} : { as }),
    ...(signal === undefined ? {} : { signal }),
  });
  const world = worldOf(deps, ref.cluster, viewer);
  const [history, rights] = await Promise.all([
    deps.history(credential, ref, manifest, signal),
    rightsOf(deps, credential, ref, kind, signal),
  ]);
  return {
    ...policyItem(deps.port, kind, manifest, world, findingsByObject(deps, viewer)(ref.cluster, refKey(ref))),
    manifest: readable(manifest),
    resourceVersion: manifest.metadata.resourceVersion ?? "",
    references: {
      to: deps.port.references(manifest, world).map(onWire),
      from: referencesTo(deps.port, ref, world),
    },
    history: [...history],
    rights,
  };
}

function onWire({ path, to, text, found }: Reference): PolicyAnswer["references"]["to"][number] {
  return { path, object: to, text, found };
}

/** Objects in view that name this one, each place once. */
function referencesTo(port: ReadingPort, ref: ObjectRef, world: PolicyWorld): PolicyAnswer["references"]["from"] {
  const key = refKey(ref);
  return port.kinds.flatMap((kind) =>
    world.objects(kindKey(kind)).flatMap((other) => {
      const object = refOf(world.cluster, other);
      if (refKey(object) === key) return [];
      return port
        .references(other, world)
        .filter(({ to }) => to !== null && refKey(to) === key)
        .map(({ path }) => ({ path, object, text: refText(object), found: true }));
    }),
  );
}

async function rightsOf(
  { rights }: PolicyDeps,
  credential: Credential,
  { cluster, namespace, name }: ObjectRef,
  { group, plural }: PolicyKind,
  signal: AbortSignal | undefined,
): Promise<PolicyAnswer["rights"]> {
  if (credential.role !== "user") return { update: false, patch: false, delete: false, create: false };
  const questions = VERBS.map((verb) => ({
    ...{ cluster, namespace, group, resource: plural, verb },
    ...(verb === "create" ? {} : { name }),
  }));
  const [update, patch, remove, create] = await rights.ask(credential, questions, signal);
  const yes = (verdict: typeof update) => verdict?.allowed ?? false;
  return { update: yes(update), patch: yes(patch), delete: yes(remove), create: yes(create) };
}
