/** Security policies of a draft as forms show them. Pure. */
import { actionOf, isDryRun, readAccess, readTarget, UNTIL } from "#lib/mesh/policies.ts";
import type { AccessRule, PolicyTarget } from "#lib/policy/intent.ts";
import { listAt, textAt } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type ObjectRef, refOf } from "#lib/policy/ref.ts";

export interface RuleRow {
  readonly text: string;
  /** null: it is changed as text alone. */
  readonly access: AccessRule | null;
  /** It says more than the form shows. */
  readonly more: boolean;
}

export interface PolicyRow {
  readonly object: ObjectRef;
  readonly action: ReturnType<typeof actionOf>;
  readonly dryRun: boolean;
  /** When the dry run ends, as the object says it; null: it doesn't say. */
  readonly until: string | null;
  /** null: it targets what forms don't. */
  readonly target: PolicyTarget | null;
  readonly rules: readonly RuleRow[];
}

const NAMES: Readonly<Record<Exclude<keyof AccessRule, "claims">, string>> = {
  principals: "identity",
  serviceAccounts: "service account",
  namespaces: "namespace",
  ipBlocks: "peer’s address",
  remoteIpBlocks: "client’s address",
  ports: "port",
  methods: "method",
  paths: "path",
};
/** Values that are written out. */
const WRITTEN = 6;

const some = (values: readonly string[]): string =>
  values.slice(0, WRITTEN).join(" or ") + (values.length > WRITTEN ? ` or ${values.length - WRITTEN} more` : "");

export function ruleText(access: AccessRule): string {
  const lists = (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((key) => {
    const values = access[key];
    return values === undefined ? [] : [`${NAMES[key]} ${some(values)}`];
  });
  const claims = Object.entries(access.claims ?? {}).map(([name, values]) => `claim ${name} is ${some(values)}`);
  const all = [...lists, ...claims];
  return all.length === 0 ? "every call" : all.join(", ");
}

/** What is no instant is no end: nothing reminds of it. */
function endOf({ metadata }: Manifest): string | null {
  const until = metadata.annotations?.[UNTIL];
  return until === undefined || Number.isNaN(Date.parse(until)) ? null : until;
}

/** AuthorizationPolicies of a namespace, by name. */
export function policiesIn(cluster: string, namespace: string, manifests: readonly Manifest[]): readonly PolicyRow[] {
  return manifests
    .filter(({ kind, metadata }) => kind === "AuthorizationPolicy" && metadata.namespace === namespace)
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
    .map((manifest) => ({
      object: refOf(cluster, manifest),
      ...{
        action: actionOf(manifest),
        dryRun: isDryRun(manifest),
        until: endOf(manifest),
        target: readTarget(manifest),
      },
      rules: listAt(manifest.spec, "rules").map((rule): RuleRow => {
        const read = readAccess(rule);
        if (read === null) return { text: "several sources or operations", access: null, more: true };
        const text = ruleText(read.access);
        if (!read.more) return { text, access: read.access, more: false };
        const shown = text === "every call" ? "conditions that are written as text alone" : `${text}, and more`;
        return { text: shown, access: read.access, more: true };
      }),
    }));
}

export function targetText(target: PolicyTarget | null): string {
  if (target === null) return "what its targetRefs name";
  if (target.level === "namespace") return "the whole namespace";
  if (target.level === "targets") return target.refs.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  return Object.entries(target.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(", ");
}

export interface IssuerRow {
  readonly object: ObjectRef;
  readonly target: PolicyTarget | null;
  readonly issuer: string;
  /** Where its keys come from, in a word or an address. */
  readonly keys: string;
}

/** Issuers of JWTs whose tokens a namespace's proxies verify. */
export function issuersIn(cluster: string, namespace: string, manifests: readonly Manifest[]): readonly IssuerRow[] {
  return manifests
    .filter(({ kind, metadata }) => kind === "RequestAuthentication" && metadata.namespace === namespace)
    .toSorted((a, b) => a.metadata.name.localeCompare(b.metadata.name))
    .flatMap((manifest) =>
      listAt(manifest.spec, "jwtRules").map((rule) => ({
        object: refOf(cluster, manifest),
        target: readTarget(manifest),
        issuer: textAt(rule, "issuer") ?? "",
        keys: textAt(rule, "jwksUri") ?? (textAt(rule, "jwks") === null ? "found by its issuer" : "written inline"),
      })),
    );
}
