/**
 * Whether a call passes where policies are enforced, and by which rule. A proxy asks external authorizers (CUSTOM) first, then
 * verifies the JWT, then refuses what a DENY rule takes; then, where any ALLOW policy counts, it lets in only what one of their
 * rules takes. AUDIT only logs. ztunnel knows DENY and ALLOW, of connections.
 * https://istio.io/latest/docs/concepts/security/#implicit-enablement
 * https://istio.io/latest/docs/reference/config/security/authorization-policy/
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { namespaceOf, objectAt, textAt } from "../../routing/json.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import { every, isKnown, lacking, not, some, type Truth } from "../truth.ts";
import { type Action, actionOf, isDryRun } from "./action.ts";
import { attached, type EnforcementPoint } from "./attached.ts";
import type { CallFacts } from "./facts.ts";
import type { TrustDomains } from "./identity.ts";
import { type Reader, type RuleTruth, rulesOf } from "./rules.ts";
import { readToken, type TokenReading } from "./tokens.ts";

/** What is configured, as far as it is known. */
export interface Configuration {
  readonly authorization: readonly Manifest[];
  readonly authentication: readonly Manifest[];
  readonly rootNamespace: string;
  readonly trustDomains: TrustDomains;
  /** Of the mesh's extensionProviders; absent or null: not known. */
  readonly authorizers?: MeshFacts["authorizers"];
}

type Stage = "custom" | "jwt" | "deny" | "allow";

/** Who decides. `rule` null: not one rule, but that there is none which takes the call. */
export interface Decider {
  readonly stage: Stage;
  readonly policy: Manifest;
  readonly rule: number | null;
  readonly path: Segments;
  readonly why: string;
}

/** What is answered; null: it isn't known, as who refuses first or the port's protocol isn't, or an authorizer answers as it likes. */
export type Answer = "403" | "401" | "closed" | null;

export type Verdict =
  /** `by` null: no policy has a say, and what nobody forbids is allowed. */
  | { readonly verdict: "allow"; readonly by: Decider | null }
  | { readonly verdict: "deny"; readonly by: Decider; readonly answer: Answer }
  /** `by`: who would refuse it, depending on what is lacking. */
  | { readonly verdict: "unknown"; readonly lacks: readonly string[]; readonly by: readonly Decider[] };

/** One thing that may refuse the call. */
export interface Refusal {
  readonly refuses: Truth;
  readonly by: Decider;
  /** To HTTP. Absent: 403. null: not known, as an external authorizer answers with any status. */
  readonly answer?: "401" | "403" | null;
  /** ALLOW rules that aren't known to pass the call by: it is refused unless one takes it. */
  readonly unless?: readonly Decider[];
}

/** All that may refuse a call at one proxy, and what lets it in. */
export interface Refusals {
  readonly refusals: readonly Refusal[];
  readonly allowed: Decider | null;
}

export function authorize(configuration: Configuration, point: EnforcementPoint, facts: CallFacts): Verdict {
  if (point.kind === "ztunnel") return at("ztunnel", configuration, point, facts);
  if (facts.protocol !== undefined) return at(facts.protocol, configuration, point, facts);
  const [requests, bytes] = (["http", "tcp"] as const).map((protocol) =>
    at(protocol, configuration, point, { ...facts, protocol }),
  );
  if (requests === undefined || bytes === undefined) throw new Error("Two protocols make two verdicts.");
  if (requests.verdict === "deny" && bytes.verdict === "deny") return { ...requests, answer: null };
  if (requests.verdict === bytes.verdict && requests.verdict !== "unknown") return requests;
  const both = [requests, bytes];
  return {
    verdict: "unknown",
    lacks: [
      ...new Set([...(requests.verdict === bytes.verdict ? [] : ["the port's protocol"]), ...both.flatMap(lacksOf)]),
    ],
    by: both.flatMap((each) => (each.verdict === "unknown" ? each.by : each.verdict === "deny" ? [each.by] : [])),
  };
}

const lacksOf = (verdict: Verdict): readonly string[] => (verdict.verdict === "unknown" ? verdict.lacks : []);

function at(reader: Reader, configuration: Configuration, point: EnforcementPoint, facts: CallFacts): Verdict {
  const { refusals, allowed } = refusalsAt(reader, configuration, point, facts);
  return settle(refusals, allowed, reader);
}

export function refusalsAt(
  reader: Reader,
  configuration: Configuration,
  point: EnforcementPoint,
  facts: CallFacts,
): Refusals {
  const { rootNamespace, trustDomains } = configuration;
  const enforced = attached(configuration.authorization, point, rootNamespace).filter(
    (policy) => !isDryRun(policy) || actionOf(policy) === "CUSTOM",
  );
  const authentication =
    reader === "http" ? readToken(attached(configuration.authentication, point, rootNamespace), facts) : null;
  const { token: _, ...read } = facts;
  const call: CallFacts = { ...read, ...(authentication === null ? { token: null } : seenAfter(authentication)) };
  const rules = (policy: Manifest, known: CallFacts = call) =>
    rulesOf(policy, reader, { facts: known, domains: trustDomains, namespace: namespaceOf(policy) });
  const of = (action: Action) => enforced.filter((policy) => actionOf(policy) === action);
  const refusals: Refusal[] = [
    // External authorizers are asked before tokens are read: claims aren't there yet.
    ...(reader === "ztunnel"
      ? []
      : external(of("CUSTOM"), reader, {
          ...{ facts, authorizers: configuration.authorizers ?? null },
          rules: (policy) => rules(policy, { ...read, token: null }),
        })),
    ...(authentication?.by
      ? [{ refuses: authentication.refused, by: refusedToken(authentication.by), answer: authentication.answer }]
      : []),
    ...of("DENY").flatMap((policy) => rules(policy).map((rule) => denial(policy, rule))),
  ];
  const allowing = of("ALLOW").flatMap((policy) => rules(policy).map((rule) => ({ policy, rule })));
  const [armed] = of("ALLOW");
  if (armed !== undefined) {
    refusals.push({
      refuses: not(some(allowing.map(({ rule }) => rule.matches))),
      by: decider("allow", armed, null, ["spec"], "an ALLOW policy counts here, and no rule of any takes the call"),
      unless: allowing.filter(({ rule }) => rule.matches !== false).map(taker),
    });
  }
  const taking = allowing.find(({ rule }) => rule.matches === true);
  return { refusals, allowed: taking === undefined ? null : taker(taking) };
}

/** As rules see them that are asked once tokens are read. */
export const seenAfter = ({ token, headers }: TokenReading): Pick<CallFacts, "token" | "headers"> => ({
  ...(token === undefined ? {} : { token }),
  ...(headers === undefined ? {} : { headers }),
});

const taker = ({ policy, rule }: { readonly policy: Manifest; readonly rule: RuleTruth }): Decider =>
  decider("allow", policy, rule.index, rule.path, "it takes the call");

const decider = (stage: Stage, policy: Manifest, rule: number | null, path: Segments, why: string): Decider => ({
  ...{ stage, policy, rule, path, why },
});

const refusedToken = ({ policy, path }: { readonly policy: Manifest; readonly path: Segments }): Decider =>
  decider("jwt", policy, typeof path[2] === "number" ? path[2] : null, path, "the JWT can't be verified");

const denial = (policy: Manifest, { index, path, matches }: RuleTruth): Refusal => ({
  refuses: matches,
  by: decider("deny", policy, index, path, "it takes the call"),
});

interface Asking {
  readonly rules: (policy: Manifest) => readonly RuleTruth[];
  readonly facts: CallFacts;
  readonly authorizers: MeshFacts["authorizers"];
}

/**
 * By its comments istiod has its authorizer asked all the same, but what it sends refuses by itself what the rules take, with 403.
 * (providerShadowRules in buildHTTP, as of 2026-08, run in an Envoy; versions before it knew no such rules)
 */
const DRY_CUSTOM = "what this version of istiod makes of a dry run of CUSTOM";

/**
 * Who is asked, and what they say. Where that can't be an authorizer istiod refuses what the rules take, and lets all else be: several
 * providers for one proxy, or one that the mesh doesn't have. One over HTTP isn't asked about bytes. (buildHTTP, buildTCP,
 * getBadCustomDenyRules in pilot/pkg/security/authz/builder/builder.go)
 * https://istio.io/latest/docs/tasks/security/authorization/authz-custom/
 */
function external(
  policies: readonly Manifest[],
  reader: Exclude<Reader, "ztunnel">,
  { rules, facts, authorizers }: Asking,
): readonly Refusal[] {
  const providers = new Set(policies.map(providerOf));
  return policies.flatMap((policy) => {
    const bad = badProvider(providers, authorizers);
    if (bad !== null) {
      if (isDryRun(policy)) return [];
      return rules(policy).map(({ index, path, matches }) => ({
        ...{ refuses: matches, by: decider("custom", policy, index, path, `it takes the call, and ${bad}`) },
      }));
    }
    const provider = providerOf(policy);
    if (reader === "tcp" && authorizers?.[provider] === "http") return [];
    const said = Object.hasOwn(facts.external ?? {}, provider) ? facts.external?.[provider] : undefined;
    const refused: Truth = isDryRun(policy)
      ? lacking(DRY_CUSTOM)
      : said === undefined
        ? lacking(`what the external authorizer ${provider} says`)
        : said === "deny";
    return rules(policy).map(({ index, path, matches }) => ({
      refuses: every([matches, refused]),
      by: decider("custom", policy, index, path, `the external authorizer ${provider} is asked, and refuses`),
      answer: null,
    }));
  });
}

/** Why none of a proxy's providers is asked, in words; null: one is, as far as that is known. */
export function badProvider(providers: ReadonlySet<string>, authorizers: MeshFacts["authorizers"]): string | null {
  const [provider, second] = providers;
  if (provider === undefined) return null;
  if (second !== undefined) return `several external authorizers (${[...providers].join(", ")}) are configured here`;
  if (authorizers === null || Object.hasOwn(authorizers, provider)) return null;
  return `the mesh has no external authorizer ${provider || "without a name"}`;
}

export const providerOf = (policy: Manifest): string => textAt(objectAt(policy.spec, "provider"), "name") ?? "";

const sameAnswer = (refusals: readonly Refusal[]): Answer => {
  const [answer = null, second] = new Set(refusals.map(({ answer: status = "403" }) => status));
  return second === undefined ? answer : null;
};

/** Refused by one is refused, whatever is unknown of the others; but those before it would answer in its place. */
export function settle(refusals: readonly Refusal[], allowed: Decider | null, reader: Reader): Verdict {
  const sure = refusals.findIndex(({ refuses }) => refuses === true);
  const certain = refusals[sure];
  if (certain !== undefined) {
    const first = refusals.slice(0, sure + 1).filter(({ refuses }) => refuses !== false);
    return { verdict: "deny", by: certain.by, answer: reader === "http" ? sameAnswer(first) : "closed" };
  }
  const open = refusals.filter(({ refuses }) => !isKnown(refuses));
  if (open.length === 0) return { verdict: "allow", by: allowed };
  const all = open.flatMap(({ refuses }) => (isKnown(refuses) ? [] : refuses.lacks));
  return { verdict: "unknown", lacks: [...new Set(all)], by: open.map(({ by }) => by) };
}
