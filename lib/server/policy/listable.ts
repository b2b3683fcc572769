/** Which kinds of policy a viewer may list in which namespaces, by the cluster's own answers. */
import { isOutdated } from "#lib/mesh/checks.ts";
import { kindKey, type PolicyKind } from "#lib/policy/kind.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { Credential } from "../identity.ts";
import type { Place, Question, Visibility } from "../rights/model.ts";
import type { MayList, PolicyDeps, Viewer } from "./deps.ts";

/** What of an object says who may see it. */
interface Placed {
  readonly metadata: { readonly namespace?: string; readonly name: string };
}

/**
 * `named`: what is asked for by name. `gone`: objects to be told of whether or not they still exist.
 * @throws MeshscopeError `reauth` where a cluster no longer accepts the user's token
 */
export async function viewerOf(
  {
    rights,
    store,
    port,
  }: {
    readonly rights: PolicyDeps["rights"];
    readonly store: Pick<PolicyDeps["store"], "clusters">;
    readonly port: Pick<PolicyDeps["port"], "kinds">;
  },
  credential: Credential,
  signal?: AbortSignal,
  named: readonly Place[] = [],
  gone: readonly ObjectRef[] = [],
): Promise<Viewer> {
  const visibility = await rights.visibility(credential, signal, named);
  // Nobody in particular reads with the console's rights, and the console has listed all of it.
  if (credential.role !== "user") return { visibility, mayList: () => true };
  const everywhere: Question[] = [];
  const somewhere = new Map<string, Question[]>();
  const kinds: readonly Listed[] = [...port.kinds, ACCOUNTS];
  for (const [cluster, policies] of store.clusters()) {
    for (const kind of kinds) {
      if (kind === ACCOUNTS && !NAMING.some((each) => policies.objects(each).length > 0)) continue;
      const objects = [...policies.objects(kindKey(kind)), ...placed(gone, cluster, kind)].filter((each) =>
        visible(visibility, cluster, kind, each),
      );
      if (objects.length === 0) continue;
      const question = { cluster, namespace: null, group: kind.group, resource: kind.plural, verb: "list" };
      everywhere.push(question);
      somewhere.set(keyOf(cluster, kindKey(kind), null), placesOf(kind, question, objects));
    }
  }
  const allowed = new Set<string>();
  // What holds settings of the mesh is single objects, which a Role may allow by their names.
  const settings = [...store.clusters()].flatMap(([cluster, policies]) =>
    [...SINGLE].flatMap(([kind, { group, resource }]) =>
      policies
        .objects(kind)
        // Discovery tells of all the Gateway API's: a question each would be many, and findings name few.
        .filter((each) => kind !== CRD || isOutdated(each))
        .map(({ metadata: { namespace = null, name } }) => ({
          ...{ kind, question: { cluster, namespace, group, resource, verb: "get", name } },
        })),
    ),
  );
  const verdicts = await rights.ask(credential, everywhere, signal);
  const next: Question[] = [];
  for (const [index, { cluster, group, resource }] of everywhere.entries()) {
    const kind = kinds.find((each) => each.group === group && each.plural === resource);
    if (kind === undefined) continue;
    const key = keyOf(cluster, kindKey(kind), null);
    if (verdicts[index]?.allowed) allowed.add(key);
    else next.push(...(somewhere.get(key) ?? []));
  }
  const each = await rights.ask(credential, next, signal);
  for (const [index, { cluster, group, resource, namespace }] of next.entries()) {
    const kind = kinds.find((one) => one.group === group && one.plural === resource);
    if (kind && namespace !== null && each[index]?.allowed) allowed.add(keyOf(cluster, kindKey(kind), namespace));
  }
  const mayGet = await rights.ask(
    credential,
    settings.map(({ question }) => question),
    signal,
  );
  for (const [index, { kind, question }] of settings.entries())
    if (mayGet[index]?.allowed) allowed.add(keyOf(question.cluster, kind, `${question.namespace}/${question.name}`));
  return { visibility, mayList: mayListOf(allowed) };
}

type Listed = Pick<PolicyKind, "group" | "kind" | "plural" | "namespaced">;

/** No policies, but named by them: their names are read where the console may. */
export const ACCOUNTS: Listed = { group: "", kind: "ServiceAccount", plural: "serviceaccounts", namespaced: true };
const NAMING = ["WorkloadGroup", "AuthorizationPolicy"];

/** The kind of what holds the mesh's settings: no policy, but read beside them (PolicyStore). */
export const SETTINGS = "ConfigMap";

const CRD = "CustomResourceDefinition";
const ADMISSION = "admissionregistration.k8s.io";
/** Kinds of which single objects are read beside policies, as rights name them. */
const SINGLE: ReadonlyMap<string, { readonly group: string; readonly resource: string }> = new Map([
  [SETTINGS, { group: "", resource: "configmaps" }],
  ["MutatingWebhookConfiguration", { group: ADMISSION, resource: "mutatingwebhookconfigurations" }],
  ["ValidatingWebhookConfiguration", { group: ADMISSION, resource: "validatingwebhookconfigurations" }],
  [CRD, { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" }],
]);

/** Whether single objects of this kind are read, and told to whoever may get them. */
export const isSingle = (kind: string): boolean => SINGLE.has(kind);

/** Is there anything to hide already by the namespace alone? A Namespace is its own. */
export function visible(visibility: Visibility, cluster: string, kind: Listed, { metadata }: Placed): boolean {
  if (visibility.all) return true;
  if (kind.namespaced) return metadata.namespace !== undefined && visibility.namespace(cluster, metadata.namespace);
  return isNamespace(kind) ? visibility.namespace(cluster, metadata.name) : visibility.cluster(cluster);
}

export const isNamespace = ({ group, kind }: { readonly group: string; readonly kind: string }): boolean =>
  group === "" && kind === "Namespace";

function placed(refs: readonly ObjectRef[], cluster: string, kind: Listed): Placed[] {
  return refs
    .filter((ref) => ref.cluster === cluster && kindKey(ref) === kindKey(kind))
    .map(({ namespace, name }) => ({ metadata: { name, ...(namespace === null ? {} : { namespace }) } }));
}

/** Where a right that isn't there for all may still be: namespace by namespace. A Role may allow to get its Namespace. */
function placesOf(kind: Listed, question: Question, objects: readonly Placed[]): Question[] {
  if (isNamespace(kind)) {
    return objects.map(({ metadata: { name } }) => ({ ...question, namespace: name, name, verb: "get" }));
  }
  if (!kind.namespaced) return [];
  const names = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  return [...names].map((namespace) => ({ ...question, namespace }));
}

function mayListOf(allowed: ReadonlySet<string>): MayList {
  return (cluster, kind, namespace, name) =>
    (SINGLE.has(kind) && allowed.has(keyOf(cluster, kind, `${namespace}/${name}`))) ||
    allowed.has(keyOf(cluster, kind, null)) ||
    allowed.has(keyOf(cluster, kind, namespace ?? name));
}

const keyOf = (cluster: string, kind: string, namespace: string | null): string =>
  `${cluster}/${kind}/${namespace ?? "*"}`;
