/** Questions about oneself: who am I, may I, what may I? Answered, not stored. */
import type { User } from "./auth.ts";
import type { Context } from "./context.ts";
import { timestamp } from "./context.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { aggregate } from "./rbac/authoriser.ts";
import { badRequest, type Cause, invalid } from "./status.ts";

interface Review {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
  answer(asking: Asking, spec: JsonObject): JsonObject;
}

/** Who asks, and where. */
export interface Asking {
  readonly context: Context;
  readonly user: User;
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/ */
export const reviews: readonly Review[] = [
  {
    group: "authentication.k8s.io",
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    answer: ({ user }) => ({
      status: { userInfo: { username: user.username, uid: user.uid, groups: [...user.groups] } },
    }),
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectaccessreviews",
    kind: "SelfSubjectAccessReview",
    answer: (asking, spec) => ({ spec, status: accessOf(asking, spec) }),
  },
  {
    group: "authorization.k8s.io",
    plural: "selfsubjectrulesreviews",
    kind: "SelfSubjectRulesReview",
    // The real server doesn't echo this one's spec.
    answer: (asking, spec) => ({ spec: {}, status: rulesOf(asking, textOf(spec["namespace"])) }),
  },
];

/** The groups that exist for reviews alone; all have version v1. */
export const reviewGroups: readonly string[] = [...new Set(reviews.map(({ group }) => group))];

/** The review that a path creates, or null. */
export function reviewAt(segments: readonly string[]): Review | null {
  const [root, group, version, plural] = segments;
  if (segments.length !== 4 || root !== "apis" || version !== "v1") return null;
  return reviews.find((review) => review.group === group && review.plural === plural) ?? null;
}

/** Answers a review's body. Throws 400 and 422. */
export function answerReview(review: Review, asking: Asking, body: Json): Json {
  const apiVersion = `${review.group}/v1`;
  if (!isObject(body) || (body["kind"] ?? review.kind) !== review.kind)
    throw badRequest(`the object provided is unrecognized (must be of type ${review.kind})`);
  if ((body["apiVersion"] ?? apiVersion) !== apiVersion)
    throw badRequest(
      `the API version in the data (${textOf(body["apiVersion"])}) does not match the expected API version (${apiVersion})`,
    );
  const spec = isObject(body["spec"]) ? body["spec"] : {};
  return {
    kind: review.kind,
    apiVersion,
    metadata: { creationTimestamp: timestamp(asking.context) },
    ...review.answer(asking, spec),
  };
}

function accessOf({ context: { authoriser }, user }: Asking, spec: JsonObject): JsonObject {
  const resource = spec["resourceAttributes"];
  const path = spec["nonResourceAttributes"];
  const causes: Cause[] = [];
  const wrong = (field: string, value: Json, why: string): void =>
    void causes.push({
      reason: "FieldValueInvalid",
      message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
      field,
    });
  if (isObject(resource) && isObject(path))
    wrong("spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes");
  if (!isObject(resource) && !isObject(path))
    wrong(
      "spec.resourceAttributes",
      null,
      "exactly one of nonResourceAttributes or resourceAttributes must be specified",
    );
  if (causes.length > 0)
    throw invalid({ group: "authorization.k8s.io", plural: "", kind: "SelfSubjectAccessReview" }, "", causes);
  const of = (from: Json | undefined, key: string): string => (isObject(from) ? textOf(from[key]) : "");
  const { allowed, reason } = isObject(resource)
    ? authoriser.decide(user, {
        verb: of(resource, "verb"),
        group: of(resource, "group"),
        resource: of(resource, "resource"),
        subresource: of(resource, "subresource"),
        namespace: of(resource, "namespace"),
        name: of(resource, "name"),
      })
    : authoriser.decide(user, { verb: of(path, "verb"), path: of(path, "path") });
  return { allowed, ...(reason && { reason }) };
}

function rulesOf({ context: { authoriser }, user }: Asking, namespace: string): JsonObject {
  if (namespace === "") throw badRequest("no namespace on request");
  const { rules, errors } = authoriser.rules(user, namespace);
  return {
    resourceRules: rules
      .filter(({ resources }) => resources.length > 0)
      .map(({ verbs, apiGroups, resources, resourceNames }) => ({
        ...{ verbs: [...verbs], apiGroups: [...apiGroups], resources: [...resources] },
        ...(resourceNames.length > 0 && { resourceNames: [...resourceNames] }),
      })),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs: [...verbs], nonResourceURLs: [...nonResourceURLs] })),
    incomplete: false,
    ...(errors.length > 0 && { evaluationError: aggregate(errors) }),
  };
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
