/** What of a kept prediction a viewer may see, who may be another than the one it was made for. Pure. */
import { type NodeKey, nodeId, parseNodeId, restrictedId } from "#lib/graph/id.ts";
import type { PredictedItem, Prediction } from "#lib/policy/outcome.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import type { KeptPrediction } from "./predicted.ts";

interface Sight {
  readonly visible: (cluster: string, namespace: string) => boolean;
  readonly mayList: (object: ObjectRef) => boolean;
  /** Any text as the viewer may be told it. */
  readonly text: (text: string) => string;
}

const OLDER = "This change was made before predictions were kept, or its record was changed.";
const LOST =
  "What was predicted can’t be opened any more: the key that it was sealed with is gone (auth.sessionKeyFile).";

/** `kept`: of each step. Without a prediction, why there is none. */
export function visiblePrediction(
  cluster: string,
  kept: readonly (KeptPrediction | null)[],
  sight: Sight,
): { readonly prediction: Prediction | null; readonly notPredicted: string | null } {
  const known = kept.flatMap((each) => each ?? []);
  const [first] = known;
  if (first === undefined) return { prediction: null, notPredicted: OLDER };
  const head = known.find((each) => each.head !== null)?.head ?? null;
  if (head === null) return { prediction: null, notPredicted: first.reason === null ? LOST : sight.text(first.reason) };
  const sum = (key: "left" | "lost") => known.reduce((all, each) => all + each[key], 0);
  const items = visibleItems(
    cluster,
    known.flatMap((each) => each.items),
    sight,
  );
  return { prediction: { ...head, items, left: sum("left"), lost: sum("lost") }, notPredicted: null };
}

const OUTSIDE: ReadonlySet<string> = new Set(["external", "unknown"]);

/** Ends out of sight become the restricted node, with whom only they call; rules out of sight aren't named. */
function visibleItems(cluster: string, items: readonly PredictedItem[], sight: Sight): readonly PredictedItem[] {
  const hides = (key: NodeKey | null): boolean => {
    if (key === null || key.kind === "restricted") return key === null;
    if (key.kind === "external") return sight.text(key.name) !== key.name;
    return !OUTSIDE.has(key.kind) && !sight.visible(key.cluster, key.namespace);
  };
  return items.map((item) => {
    const [source, target] = [parseNodeId(item.source), parseNodeId(item.target)];
    const away = hides(source) || hides(target);
    const idOf = (key: NodeKey | null) =>
      key === null || hides(key) || (away && OUTSIDE.has(key.kind)) ? restrictedId(cluster) : nodeId(key);
    const rule = item.rule !== null && sight.mayList(item.rule.object) ? item.rule : null;
    const told = !away && rule === item.rule;
    return { ...item, rule, source: idOf(source), target: idOf(target), blindSpots: told ? item.blindSpots : [] };
  });
}
