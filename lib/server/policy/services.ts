/** GET /services and /services/{cluster}/{namespace}/{name}: what is called, and how it is routed. */
import type { ServiceAnswer, ServiceItem, ServicesAnswer, ServicesQuery } from "#lib/api/policies.ts";
import { MeshscopeError } from "#lib/errors.ts";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { PolicyWorld } from "#lib/policy/port.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import type { Routing } from "#lib/policy/routing.ts";
import type { Credential } from "../identity.ts";
import { page } from "../page.ts";
import { checkScope } from "../rights/filter.ts";
import { checkNamespace } from "./access.ts";
import type { PolicyDeps } from "./deps.ts";
import { readable } from "./item.ts";
import { viewerOf } from "./listable.ts";
import { worldOf } from "./world.ts";

/** Services in view. @throws MeshscopeError `reauth`, `bad_parameter` (next), `forbidden` for a scope out of sight */
export async function listServices(
  deps: PolicyDeps,
  credential: Credential,
  query: ServicesQuery,
  signal?: AbortSignal,
): Promise<ServicesAnswer> {
  const viewer = await viewerOf(deps, credential, signal);
  checkScope(query, [...deps.inventory().keys()], viewer.visibility);
  const wanted = (list: readonly string[], text: string) => list.length === 0 || list.includes(text);
  const found = [...deps.inventory().keys()]
    .filter((cluster) => viewer.visibility.cluster(cluster) && wanted(query.clusters, cluster))
    .flatMap((cluster) => {
      const world = worldOf(deps, cluster, viewer);
      return [...(world.inventory?.services.values() ?? [])]
        .filter(({ namespace }) => wanted(query.namespaces, namespace))
        .map((service) => ({ world, service }));
    });
  const { items, ...more } = page(found, ({ service: s }) => `${s.cluster}/${s.namespace}/${s.name}`, query);
  // Only the page's services are routed: it takes a look at every object each.
  return { items: items.map(({ world, service }) => item(service, deps.port.routing(service, world))), ...more };
}

/** @throws MeshscopeError `forbidden`, `unknown_cluster`, `not_found`, `reauth` */
export async function showService(
  deps: PolicyDeps,
  credential: Credential,
  ref: ServiceRef,
  signal?: AbortSignal,
): Promise<ServiceAnswer> {
  const viewer = await viewerOf(deps, credential, signal, [ref]);
  checkNamespace(deps, viewer.visibility, ref.cluster, ref.namespace);
  const world = worldOf(deps, ref.cluster, viewer);
  const service = world.inventory?.services.get(`${ref.namespace}/${ref.name}`);
  if (service === undefined) {
    const why = world.inventory ? "has no service" : "hasn't been read yet, so the console doesn't know service";
    throw new MeshscopeError("not_found", `Cluster "${ref.cluster}" ${why} ${ref.namespace}/${ref.name}.`);
  }
  const routing = deps.port.routing(service, world);
  return {
    ...item(service, routing),
    rootNamespace: world.rootNamespace,
    routing,
    manifests: manifestsOf(deps, routing, world).map(readable),
    workloadsInfo: service.workloads.flatMap((name) => {
      const workload = world.inventory?.workloads.get(`${ref.namespace}/${name}`);
      return workload ? [workloadInfo(workload)] : [];
    }),
  };
}

function item({ cluster, namespace, name, workloads, ports }: Service, routing: Routing): ServiceItem {
  return {
    ...{ cluster, namespace, name },
    workloads: [...workloads],
    ports: ports.map((port) => ({ ...port })),
    routedBy: objectsOf(routing),
  };
}

function workloadInfo({ name, version, app, labels, pods }: Workload): ServiceAnswer["workloadsInfo"][number] {
  return { name, version, app, labels, pods: pods.length, ready: pods.filter(({ ready }) => ready).length };
}

/** Objects that rule the service, in the order in which they count. */
function objectsOf({ rules, destinations, versions }: Routing): ObjectRef[] {
  const objects = [...rules, ...destinations, ...versions].flatMap(({ object }) => object ?? []);
  return [...new Map(objects.map((object) => [refKey(object), object])).values()];
}

/** Those, and what notes point to, whole; an object that is no policy (a Service as a backend) isn't among them. */
function manifestsOf({ port }: PolicyDeps, routing: Routing, world: PolicyWorld): Manifest[] {
  const wanted = [...objectsOf(routing), ...routing.notes.flatMap(({ object }) => object ?? [])];
  const keys = new Set(wanted.map(refKey));
  const kinds = port.kinds.filter((kind) => wanted.some((ref) => kindKey(ref) === kindKey(kind)));
  return kinds.flatMap((kind) =>
    world.objects(kindKey(kind)).filter((manifest) => keys.has(refKey(refOf(world.cluster, manifest)))),
  );
}
