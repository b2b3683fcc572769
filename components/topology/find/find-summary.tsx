"use client";

import { useLiveStatus } from "#components/shell/live-context.tsx";
import { formatPlural } from "#lib/format.ts";
import type { FindStatus } from "#lib/live/messages.ts";

type Counts = FindStatus["hidden"];

function said({ nodes, edges }: Counts): string {
  const parts = [nodes > 0 ? formatPlural(nodes, "node") : "", edges > 0 ? formatPlural(edges, "edge") : ""];
  return parts.filter(Boolean).join(" and ");
}

/** `3 nodes and 5 edges found, 12 nodes hidden`; "" while nobody finds or hides anything. */
export function findWords({ matches, hidden }: Pick<FindStatus, "matches" | "hidden">): string {
  const found = matches === null ? "" : said(matches) === "" ? "nothing found" : `${said(matches)} found`;
  const away = said(hidden) === "" ? "" : `${said(hidden)} hidden`;
  return [found, away].filter(Boolean).join(", ");
}

/** How much is found and hidden, and what the graph can't answer. */
export function FindSummary() {
  const { find } = useLiveStatus();
  const blind = [...new Set([...find.blind.find, ...find.blind.hide])].join(" ");
  const words = findWords(find);
  return (
    <p role="status" data-testid="find-summary" className="min-w-0 text-ink-2">
      {words}
      {blind !== "" && (
        <span className="ml-2 text-degraded" title={blind}>
          {blind}
        </span>
      )}
    </p>
  );
}
