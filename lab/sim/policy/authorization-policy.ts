/** AuthorizationPolicies, each rule made a test once. https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
import type { Json, KubeObject } from "../../kube/object.ts";
import { listAt, objectAt, textAt } from "../../kube/read.ts";
import { type Attachment, readAttachment } from "./attachment.ts";
import { type Condition, type Needs, operationConditions, sourceConditions, whenConditions } from "./conditions.ts";
import type { Facts } from "./facts.ts";

/** What a proxy reads of a call: ztunnel a connection, Envoy a connection or a request. */
export type Reads = Needs;

interface Rule {
  /** As Envoy names it in logs and traces. */
  readonly id: string;
  readonly fits: (facts: Facts) => boolean;
}

export interface AuthorizationPolicy extends Attachment {
  readonly action: "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";
  /** https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/ */
  readonly dryRun: boolean;
  /** Its rules as such a proxy has them; those that it can't have are left out. */
  readonly rules: (reads: Reads) => readonly Rule[];
}

/** As Go's strconv.ParseBool reads it. */
const TRUE = new Set(["1", "t", "T", "true", "True", "TRUE"]);

export function readAuthorizationPolicy(object: KubeObject): AuthorizationPolicy {
  const attachment = readAttachment(object);
  const action = textAt(object.spec, "action") ?? "ALLOW";
  const known = action === "DENY" || action === "AUDIT" || action === "CUSTOM" ? action : "ALLOW";
  const compiled = new Map<Reads, readonly Rule[]>();
  return {
    ...attachment,
    action: known,
    dryRun: TRUE.has(object.metadata.annotations?.["istio.io/dry-run"] ?? ""),
    rules: (reads) => {
      let rules = compiled.get(reads);
      if (rules === undefined) {
        rules = listAt(object.spec, "rules").flatMap((rule, i): Rule[] => {
          const fits = compile(rule, {
            namespace: attachment.namespace,
            denies: known === "DENY" || known === "CUSTOM",
            reads,
          });
          const id = `ns[${attachment.namespace}]-policy[${object.metadata.name}]-rule[${i}]`;
          return fits === null ? [] : [{ id, fits }];
        });
        compiled.set(reads, rules);
      }
      return rules;
    },
  };
}

interface For {
  readonly namespace: string;
  readonly denies: boolean;
  readonly reads: Reads;
}

const RANK: Readonly<Record<Needs, number>> = { ztunnel: 0, tcp: 1, http: 2 };

/**
 * One of `from`, one of `to` and all of `when`. What a proxy can't read takes a rule that allows away, and widens one
 * that denies. https://istio.io/latest/docs/tasks/security/authorization/authz-tcp/
 */
function compile(rule: Json, to: For): Rule["fits"] | null {
  const when = listAt(rule, "when").map((each) => whenConditions(each, to.namespace));
  const clauses = [
    listAt(rule, "from").map((each) => sourceConditions(objectAt(each, "source"), to.namespace)),
    listAt(rule, "to").map((each) => operationConditions(objectAt(each, "operation"))),
    ...when.map((each) => (each === null ? null : [each])),
  ].map((alternatives) => (alternatives === null ? null : clause(alternatives, to)));
  const tests = clauses.filter((each) => each !== null);
  return tests.length < clauses.length ? null : (facts) => tests.every((test) => test(facts));
}

function clause(alternatives: readonly (readonly Condition[])[], { denies, reads }: For): Rule["fits"] | null {
  if (alternatives.length === 0) return () => true;
  const readable = ({ needs }: Condition): boolean => RANK[needs] <= RANK[reads];
  if (!denies && !alternatives.flat().every(readable)) return null;
  const left = alternatives
    .map((each) => each.filter(readable))
    // Where nothing is left to test, Envoy takes every call, and ztunnel none.
    .filter((each) => reads !== "ztunnel" || each.length > 0);
  return (facts) => left.some((each) => each.every(({ test }) => test(facts)));
}
