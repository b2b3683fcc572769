/** What an expression speaks of is drawn for it, beside what the address asks for. Pure. */
import type { UrlState } from "#components/shell/url-state.ts";
import type { Aid } from "#lib/graph/find/aids.ts";
import type { Protocol } from "#lib/graph/model.ts";
import { ALL_PROTOCOLS, type Look } from "#lib/live/look.ts";
import { EDGE_LABELS, type EdgeLabelKind } from "#lib/render/edge-labels.ts";

/** Something that is drawn for an expression, and wouldn't be without it. */
export type Extra = EdgeLabelKind | Protocol | "rank";

/** What isn't drawn of what an expression speaks of. Edges that say what fits say their rate. */
export function extrasOf({ labels, look }: Pick<UrlState, "labels" | "look">, aids: readonly Aid[]): readonly Extra[] {
  const said = (kind: EdgeLabelKind) => labels.includes(kind) || (kind === "rate" && labels.length === 0);
  return [
    ...EDGE_LABELS.filter((kind) => aids.includes(kind) && !said(kind)),
    ...ALL_PROTOCOLS.filter((protocol) => aids.includes(protocol) && !look.protocols.includes(protocol)),
    ...(aids.includes("rank") && look.rank === "off" ? (["rank"] as const) : []),
  ];
}

/** Labels and look as they are drawn: the address's, with the extras unless somebody left them out. */
export function withExtras(
  state: Pick<UrlState, "labels" | "look" | "aids">,
  aids: readonly Aid[],
): { readonly labels: readonly EdgeLabelKind[]; readonly look: Look } {
  const { labels, look } = state;
  const extras: readonly string[] = state.aids ? extrasOf(state, aids) : [];
  if (extras.length === 0) return { labels, look };
  const protocols = ALL_PROTOCOLS.filter((one) => look.protocols.includes(one) || extras.includes(one));
  return {
    labels: EDGE_LABELS.filter((kind) => labels.includes(kind) || extras.includes(kind)),
    look: { ...look, protocols, rank: extras.includes("rank") ? "in" : look.rank },
  };
}
