"use client";

import { useLiveStatus } from "#components/shell/live-context.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import type { Protocol } from "#lib/graph/model.ts";
import { serverNow } from "#lib/query/server-clock.ts";
import type { EdgeLabelKind } from "#lib/render/edge-labels.ts";
import { LABEL_WORDS } from "../label-words.ts";
import { type Extra, extrasOf } from "./aids.ts";
import { offersFor } from "./offers.ts";

const EXTRA_WORDS: Readonly<Record<Extra, string>> = {
  ...LABEL_WORDS,
  http: "HTTP edges",
  grpc: "gRPC edges",
  tcp: "TCP edges",
  rank: "Rank by callers",
} satisfies Readonly<Record<EdgeLabelKind | Protocol | "rank", string>>;

/** What is drawn for an expression, with the way to leave it out; and what would have to be asked for, with the way to do that. */
export function FindAids() {
  const { state, go } = useUrl();
  const status = useLiveStatus();
  const extras = extrasOf(state, status.find.aids);
  const offers = offersFor(state, status);
  if (extras.length === 0 && offers.length === 0) return null;
  return (
    <div role="status" data-testid="find-aids" className="flex flex-wrap items-center gap-x-3 gap-y-1 text-ink-2">
      {extras.length > 0 && (
        <span className="flex items-center gap-2">
          {`${state.aids ? "Drawn" : "Not drawn"} for it: ${extras.map((extra) => EXTRA_WORDS[extra]).join(", ")}`}
          <Chip tone="quiet" onClick={() => go({ aids: !state.aids })}>
            {state.aids ? "Leave out" : "Draw"}
          </Chip>
        </span>
      )}
      {offers.map(({ text, label, patch }) => (
        <span key={label + text} className="flex items-center gap-2">
          {text}
          <Chip tone="quiet" onClick={() => go(patch(new Date(serverNow())))}>
            {label}
          </Chip>
        </span>
      ))}
    </div>
  );
}
