"use client";

import { useSyncExternalStore } from "react";
import { useLiveStatus } from "#components/shell/live-context.tsx";
import { SidePanel } from "#components/shell/side-panel.tsx";
import { isolated } from "#lib/format.ts";
import type { Live } from "#lib/live/client.ts";
import type { Details } from "#lib/live/messages.ts";
import { anyTitle } from "../names.ts";
import { lostSince } from "../notices.ts";
import { useSelection } from "../selection.tsx";
import { EdgeInTrace, NodeInTrace, ScopeInTrace } from "../trace/in-trace.tsx";
import { EdgeTraces } from "../traces/trace-links.tsx";
import { EdgePanel } from "./edge-panel.tsx";
import { NodeLinks } from "./node-links.tsx";
import { NodeLogs } from "./node-logs.tsx";
import { NodePanel } from "./node-panel.tsx";
import { ScopeLinks } from "./scope-links.tsx";
import { ScopePanel } from "./scope-panel.tsx";
import { EdgeTrials, NodeTrials } from "./trials.tsx";

/** What is selected, with its true numbers. It renders again with each delta of that one thing. */
export function Panel({ live, id }: { readonly live: Live; readonly id: string }) {
  const details = useSyncExternalStore(live.subscribe, live.details, () => null);
  const { select } = useSelection();
  return (
    <SidePanel
      label={`Details of ${isolated(anyTitle(id))}`}
      testId="panel"
      className="max-md:absolute max-md:inset-y-0 max-md:right-0 max-md:max-w-full"
      onClose={() => select(null)}
    >
      <div
        data-panel-body
        data-panel-of={details === null ? undefined : idOf(details)}
        tabIndex={-1}
        className="min-h-0 grow overflow-auto px-[18px] pt-4 pb-8 outline-offset-[-2px]"
      >
        <PanelBody details={details} id={id} />
      </div>
    </SidePanel>
  );
}

/** The details if they are of what is selected; the worker answers a moment after the selection. */
function PanelBody({ details, id }: { readonly details: Details | null; readonly id: string }) {
  const status = useLiveStatus();
  const { window, at } = status;
  if (details === null || at === null || idOf(details) !== id) return <Waiting id={id} />;
  switch (details.kind) {
    case "edge":
      return (
        <EdgePanel
          edge={details.edge}
          source={details.source}
          target={details.target}
          behind={details.behind ?? null}
          window={window ?? ""}
          mark={details}
          traces={
            <>
              <EdgeInTrace sum={details.inTrace} />
              <EdgeTraces {...details} />
              <EdgeTrials edge={details.edge} />
            </>
          }
        />
      );
    case "node":
      return (
        <>
          <NodePanel {...details} inTrace={<NodeInTrace sum={details.inTrace} />} />
          <NodeTrials node={details.node.id} inbound={details.inbound} />
          <NodeLogs key={details.node.id} node={details.node.id} />
          <NodeLinks node={details.node} inbound={details.inbound} />
        </>
      );
    case "scope":
      return (
        <>
          <ScopePanel {...details} lost={lostSince(status)} inTrace={<ScopeInTrace went={details.inTrace} />} />
          <ScopeLinks id={details.id} />
        </>
      );
    case "absent":
      return <Absent id={id} />;
  }
}

function idOf(details: Details): string {
  return details.kind === "edge" ? details.edge.id : details.kind === "node" ? details.node.id : details.id;
}

function Waiting({ id }: { readonly id: string }) {
  return (
    <>
      <h2 className="name pr-8 text-[15px] font-semibold">
        <bdi title={anyTitle(id)}>{anyTitle(id)}</bdi>
      </h2>
      <p className="mt-2 text-ink-3">Reading…</p>
    </>
  );
}

/** Selected by a link, but not in this view: said, never guessed at. */
export function Absent({ id }: { readonly id: string }) {
  const { select } = useSelection();
  return (
    <div data-notice="selected-absent">
      <h2 className="name pr-8 text-[15px] font-semibold">
        <bdi title={anyTitle(id)}>{anyTitle(id)}</bdi>
      </h2>
      <p className="mt-2 text-ink-2">
        It is not in this view: no traffic in this window, outside the scope, or gone. Widen either to look for it.
      </p>
      <button type="button" onClick={() => select(null)} className="mt-3 text-accent">
        Clear the selection
      </button>
    </div>
  );
}
