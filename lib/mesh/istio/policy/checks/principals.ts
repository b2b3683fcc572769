/** Identities that AuthorizationPolicies name: whether somebody has them. */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { labelsAt, targetsOf } from "../lookup.ts";
import { actionOf } from "../meaning/authorization/action.ts";
import { listAt, namespaceOf, objectAt, textAt } from "../routing/json.ts";
import type { Draft } from "./family.ts";
import { mendOr, opensWithMore, rewritten, withoutCaller } from "./mend.ts";
import { trustDomains } from "./mesh-config.ts";
import { accountsOf, type Model } from "./model.ts";
import { atMost, texts } from "./rule-texts.ts";

/** Which accounts (`namespace/sa/name`) a principal takes in, in whatever trust domain. */
interface Taken {
  /** null: of any. */
  readonly namespace: string | null;
  /** null: more than one. */
  readonly account: string | null;
  readonly has: (account: string) => boolean;
}

const PLACE = /\/ns\/([^/*]+)\/sa\/([^/*]+)$/;

/**
 * Istio compares whole, by the end of what begins with a star, or by the beginning of what ends with one (StringMatcher in
 * pilot/pkg/security/authz/matcher). null: it takes in accounts that can't be told apart by their names.
 */
function takenBy(text: string): Taken | null {
  const [, namespace, account] = PLACE.exec(text) ?? [];
  const star = text.startsWith("*");
  if (namespace !== undefined && account !== undefined && (star || !text.includes("*"))) {
    return { namespace, account, has: (each) => each === `${namespace}/sa/${account}` };
  }
  const part = star ? text.slice(1) : text.slice(0, -1);
  if (part === "" || part.includes("*")) return null;
  if (star) return { namespace: null, account: null, has: (each) => `/ns/${each}`.endsWith(part) };
  const at = part.indexOf("/ns/");
  if (at < 0) return null;
  const rest = part.slice(at + "/ns/".length);
  const [own, more] = rest.split("/");
  return {
    ...{ namespace: more === undefined ? null : (own ?? null), account: null },
    has: (each) => each.startsWith(rest),
  };
}

/** Where kinds of what runs outside of the cluster, as virtual machines do, say whom they run as. */
const MACHINES: Readonly<Record<string, (object: Manifest) => readonly unknown[]>> = {
  WorkloadEntry: ({ spec }) => [spec],
  WorkloadGroup: ({ spec }) => [objectAt(spec, "template")],
  ServiceEntry: ({ spec }) => listAt(spec, "endpoints"),
};
/** Kinds whose objects decide who has an identity. */
export const IDENTIFYING = ["ServiceAccount", ...Object.keys(MACHINES)];

const ofMachines = (model: Model): readonly string[] =>
  Object.entries(MACHINES).flatMap(([kind, parts]) =>
    model.objects(kind).flatMap((object) =>
      parts(object).flatMap((each) => {
        const name = textAt(each, "serviceAccount") ?? "";
        return name === "" ? [] : [`${namespaceOf(object)}/sa/${name}`];
      }),
    ),
  );

/** Of machines that the mesh is told of, and those that were read. */
const declared = (model: Model): ReadonlySet<string> =>
  new Set([
    ...ofMachines(model),
    ...model.objects("ServiceAccount").map((each) => `${namespaceOf(each)}/sa/${each.metadata.name}`),
  ]);

const elsewhere = (model: Model) =>
  model.world.elsewhere.map((inventory) => ({ cluster: inventory.cluster, accounts: accountsOf(inventory) }));

function anyOf(all: ReadonlySet<string>, { namespace, account, has }: Taken): string | undefined {
  if (namespace === null || account === null) {
    for (const each of all) if (has(each)) return each;
    return undefined;
  }
  const exact = `${namespace}/sa/${account}`;
  return all.has(exact) ? exact : undefined;
}

/** How many of a policy's identities are looked at: a pattern is held against all accounts. */
const MOST_LOOKED_AT = 1000;

export const principals = (policy: Manifest, model: Model): Generator<Draft> => atMost(all(policy, model));

function* all(policy: Manifest, model: Model): Generator<Draft> {
  let left = MOST_LOOKED_AT;
  for (const { path, text } of texts(policy, "from", "source", ["principals", "notPrincipals"])) {
    if (text === "*") continue;
    left -= 1;
    if (left < 0) return;
    const wild = text.startsWith("*") || text.endsWith("*");
    const taken = takenBy(text);
    if (!wild && !/^[^/]+\/ns\/[^/]+\/sa\/[^/]+$/.test(text)) {
      yield {
        code: "principal-malformed",
        at: policy,
        path,
        message: `${text} is no identity of a workload: those are written TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT, so it matches ${atGateways(policy, model) ? `no workload of the mesh; ${OUTSIDER}` : "nobody"}.`,
        fix: "Write the identity in full.",
      };
      continue;
    }
    const foreign = wild ? null : foreignDomain(policy, path, text, model);
    if (foreign !== null) yield foreign;
    else if (taken !== null) yield* nobody(policy, path, text, taken, model);
  }
}

function foreignDomain(policy: Manifest, path: Segments, text: string, model: Model): Draft | null {
  const [domain = "", ...rest] = text.split("/");
  const [, namespace = "", , account = ""] = rest;
  const domains = trustDomains(model);
  if (!domains.known || domains.value.includes(domain) || domain === "cluster.local") return null;
  const outside = atGateways(policy, model);
  return {
    code: "trust-domain-unknown",
    at: policy,
    path,
    message: `The mesh's trust domains are ${domains.value.join(", ")}: ${outside ? `no workload of it has an identity of ${domain}; ${OUTSIDER}` : `nobody has an identity of ${domain}`}.`,
    namespaces: [namespace],
    evidence: [{ at: domains.from, path: ["data", "mesh"], text: "names them" }],
    fix: outside
      ? `Write ${domains.value[0]} where a workload of the mesh is meant.`
      : // Who sees this may not list accounts: what was read of them doesn't decide.
        model.accounts(namespace).has(`${namespace}/sa/${account}`) || !model.knows("Workload", namespace)
        ? rewritten(
            policy,
            path,
            [domains.value[0], ...rest].join("/"),
            `Write ${domains.value[0]} where that is meant`,
          )
        : `Correct the identity: nothing runs as ${namespace}/${account} under ${domains.value[0]} either.`,
  };
}

function* nobody(policy: Manifest, path: Segments, text: string, taken: Taken, model: Model): Generator<Draft> {
  const { namespace, account } = taken;
  const known = [model.accounts(namespace), model.table(declared)];
  if (known.some((accounts) => anyOf(accounts, taken) !== undefined) || !model.knows("Workload", namespace)) return;
  const name = account === null ? text : `${namespace}/${account}`;
  for (const other of model.table(elsewhere)) {
    const found = anyOf(other.accounts, taken);
    if (found === undefined) continue;
    const [there = "", , who = ""] = found.split("/");
    yield {
      code: "principal-in-other-cluster",
      at: policy,
      path,
      message: `Nothing runs as ${name} in this cluster; in cluster ${other.cluster} something does.`,
      namespaces: spoken(namespace, model),
      // Who can't see the namespace there isn't told of it.
      evidence: [
        {
          at: { ...model.core("ServiceAccount", there, who), cluster: other.cluster },
          path: [],
          text: "something runs as it",
        },
      ],
      fix: "Nothing to do if calls from there are meant.",
    };
    return;
  }
  const read = model.knows("ServiceAccount", namespace);
  const outside = atGateways(policy, model);
  const who = account === null ? `an account that ${text} takes in` : name;
  const nobodys = account === null ? "it matches nobody" : "nobody has this identity";
  const unread = account === null || read ? "" : " Whether there is such an account isn't read.";
  yield {
    code: "principal-unknown",
    at: policy,
    path,
    message: `No workload ${outside ? "of the mesh " : ""}runs as ${who}, nor did one lately${outside ? `; ${OUTSIDER}` : `: ${nobodys}`}.${unread}`,
    namespaces: spoken(namespace, model),
    // Of a pattern, too, this tells of names: who may not list accounts where it looks for them isn't told.
    evidence: read
      ? [{ at: { ...model.core("ServiceAccount", "", account ?? text), namespace }, path: [], text: "isn't there" }]
      : [],
    fix: mendOr(
      !outside && (read || !opensWithout(policy, path)) ? withoutCaller(policy, path) : null,
      "Correct the account, or take away what takes nobody.",
      outside ? "Correct the account, unless somebody outside of the mesh is meant." : "Correct the account.",
    ),
  };
}

/** Whether calls that are refused would pass without a caller that the rule names, were there such a one after all. */
const opensWithout = (policy: Manifest, path: Segments): boolean =>
  actionOf(policy) !== "AUDIT" && !opensWithMore(policy, String(path.at(-2)));

/** What may be of any namespace is told to those alone who may see all of them. */
const spoken = (namespace: string | null, model: Model): readonly string[] =>
  namespace === null ? model.table(allNamespaces) : [namespace];

/** One list for all findings that speak of it. */
const allNamespaces = (model: Model): readonly string[] => [...(model.world.inventory?.namespaces.keys() ?? [])];

/** A certificate that no CA of the mesh made says what its own CA lets it say. */
const OUTSIDER = "at a gateway, a client whose certificate another CA made may have it";

/**
 * Whether a policy may count at a gateway's proxy. There servers with tls.mode MUTUAL take clients by certificates of whatever CA is named, and
 * Envoy compares a principal with the URI in them. https://istio.io/latest/docs/reference/config/networking/gateway/#ServerTLSSettings-TLSmode
 */
function atGateways(policy: Manifest, model: Model): boolean {
  const targets = targetsOf(policy);
  if (targets.length > 0)
    return targets.some(({ target }) => ["Gateway", "GatewayClass"].includes(textAt(target, "kind") ?? ""));
  const scope = namespaceOf(policy) === model.root ? null : namespaceOf(policy);
  // What isn't known to run may be a gateway.
  if (!model.knows("Workload", scope)) return true;
  const pods = model.workloadsWith(labelsAt(policy.spec, "selector", "matchLabels") ?? {}, scope);
  return pods.some(({ dataplane }) => dataplane === "gateway");
}
