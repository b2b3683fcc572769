/** What a step's reader can take elsewhere: a patch, the manifest, a command. Pure. */
import { patchOf } from "#lib/policy/json-patch.ts";
import type { PlanStep } from "#lib/policy/plan.ts";
import { writeYaml } from "#lib/policy/yaml-write.ts";

type Step = Pick<PlanStep, "op" | "object" | "before" | "after">;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** The change as JSON Patch (RFC 6902) with tests on the values that were shown; null where it isn't an update. */
export function patchText({ before, after }: Step): string | null {
  if (before === null || after === null) return null;
  const own = patchOf(before, after, "").filter(({ path }) => path !== "/metadata/resourceVersion");
  return JSON.stringify(own, null, 2);
}

/** The object as it shall be, as YAML; null where it shall be gone. */
export const manifestText = ({ after }: Step): string | null => (after === null ? null : writeYaml(after));

/** `shop-reviews.yaml`, without what file systems mind. */
export function fileName({ object }: Pick<Step, "object">): string {
  const words = [object.kind.toLowerCase(), object.namespace ?? "", object.name].filter(Boolean);
  return `${words.join("-").replaceAll(/[^a-z0-9.-]+/gi, "-")}.yaml`;
}

/** A kubectl command for a POSIX shell that does what the step does. */
export function kubectlText(step: Step): string {
  const { object, op } = step;
  const type = [object.kind.toLowerCase(), object.version, object.group].filter(Boolean).join(".");
  const where = object.namespace === null ? "" : ` --namespace ${quoted(object.namespace)}`;
  if (op === "delete") return `kubectl delete ${type} ${quoted(object.name)}${where}\n`;
  if (op === "create") return `kubectl create -f - <<'MESHSCOPE'\n${manifestText(step) ?? ""}MESHSCOPE\n`;
  const patch = JSON.stringify(JSON.parse(patchText(step) ?? "[]"));
  return `kubectl patch ${type} ${quoted(object.name)}${where} --type=json --patch ${quoted(patch)}\n`;
}
