/** Which namespaces a Gateway, a ListenerSet or a listener lets in. https://gateway-api.sigs.k8s.io/reference/spec/#routenamespaces */
import type { JsonObject } from "#lib/policy/manifest.ts";
import { listAt, mapAt, objectAt, textAt, textsAt } from "../../routing/json.ts";
import type { GatewayWorld } from "./world.ts";

/** Of what can't be read nothing is known. */
const readable = ({ unread }: GatewayWorld["inventory"]): boolean =>
  !unread.some(({ kind }) => /^namespaces(?:\.|$)/.test(kind));

/** null: all; undefined: not known. `unsaid`: what counts where nothing is said; selectors count without `from` too. */
export function letIn(
  namespaces: unknown,
  own: string,
  { inventory }: Pick<GatewayWorld, "inventory">,
  unsaid: "Same" | "None",
): readonly string[] | null | undefined {
  const selector = objectAt(namespaces, "selector");
  const from = textAt(namespaces, "from") ?? (Object.keys(selector).length > 0 ? "Selector" : unsaid);
  if (from === "All") return null;
  if (from === "None") return [];
  if (from !== "Selector") return [own];
  const known = listAt(selector, "matchExpressions").every((each) =>
    ["In", "NotIn", "Exists", "DoesNotExist"].includes(textAt(each, "operator") ?? ""),
  );
  if (!known || !readable(inventory)) return undefined;
  return [...inventory.namespaces.values()]
    .filter(({ name, labels }) => selects(selector, { "kubernetes.io/metadata.name": name, ...labels }))
    .map(({ name }) => name);
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#resources-that-support-set-based-requirements */
function selects(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const plain = Object.entries(mapAt(selector, "matchLabels")).every(([key, value]) => labels[key] === value);
  return (
    plain &&
    listAt(selector, "matchExpressions").every((each) => {
      const value = labels[textAt(each, "key") ?? ""];
      const among = value !== undefined && textsAt(each, "values").includes(value);
      const operator = textAt(each, "operator");
      if (operator === "In") return among;
      if (operator === "NotIn") return !among;
      return (value !== undefined) === (operator === "Exists");
    })
  );
}
