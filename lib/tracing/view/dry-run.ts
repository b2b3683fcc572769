/**
 * What Istio's dry-run authorization says in a span: the one thing that spans tell of policies by name.
 * https://istio.io/latest/docs/tasks/security/authorization/authz-dry-run/
 */
import type { Scalar } from "../model.ts";

export interface DryRun {
  readonly action: "allow" | "deny";
  /** As the proxy writes it: `allowed` or `denied`; empty where it doesn't. */
  readonly result: string;
  /** The policy whose rule matched; null where none did, or its name can't be read. */
  readonly policy: { readonly namespace: string; readonly name: string; readonly rule: number } | null;
  /** The tag's own text; empty where there is none. */
  readonly text: string;
}

const TAGS = "istio.authorization.dry_run";
/** Envoy's id of a rule: `ns[shop]-policy[deny-all]-rule[0]`. */
const RULE = /^ns\[([a-z0-9][-a-z0-9]*)\]-policy\[([a-z0-9][-a-z0-9.]*)\]-rule\[(\d{1,6})\]$/;

/** What each action's shadow rules would have done; empty where the proxy has none. */
export function dryRunsOf(tags: readonly (readonly [string, Scalar])[]): readonly DryRun[] {
  const said = new Map(tags);
  const text = (key: string): string => String(said.get(key) ?? "");
  return (["allow", "deny"] as const).flatMap((action): DryRun[] => {
    const prefix = `${TAGS}.${action}_policy`;
    if (!said.has(`${prefix}.name`) && !said.has(`${prefix}.result`)) return [];
    const name = text(`${prefix}.name`);
    const [, namespace, policy, rule] = RULE.exec(name) ?? [];
    const known = namespace !== undefined && policy !== undefined;
    return [
      {
        ...{ action, result: text(`${prefix}.result`), text: name },
        policy: known ? { namespace, name: policy, rule: Number(rule) } : null,
      },
    ];
  });
}
