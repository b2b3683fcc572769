"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo } from "react";
import { patchUrl, search } from "#components/shell/url-state.ts";
import { Chip } from "#components/ui/chip.tsx";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { sayWindow } from "#lib/api/windows.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { nodeId } from "#lib/graph/id.ts";
import { type Around, aroundNode } from "#lib/live/around.ts";
import { liveGraphQuery } from "#lib/query/live-graph.ts";
import type { About } from "./about.ts";
import { CallTable } from "./call-table.tsx";
import { MiniCanvas } from "./mini-canvas.tsx";

/** The topology around what a page is about, with `selected` in its panel. */
export function topologyHref({ kind, cluster, namespace, name }: About, selected: string | null): string {
  const focus = nodeId({ kind, cluster, namespace, name });
  const view = { clusters: [cluster], namespaces: [namespace], services: kind === "service" };
  return `/topology${search(patchUrl(new URLSearchParams(), { view, selected, look: { focus, steps: 1 } }))}`;
}

/** Who calls it and whom it calls: a small drawing, the same as tables, and the way to the topology. */
export function MiniGraph({ about }: { readonly about: About }) {
  const { kind, cluster, namespace, name } = about;
  const { window } = DEFAULT_VIEW;
  const { data, error, refetch } = useQuery(
    liveGraphQuery({ cluster, namespaces: [namespace], window, at: null, services: kind === "service" }),
  );
  const id = nodeId({ kind, cluster, namespace, name });
  const around = useMemo(() => (data === undefined ? null : aroundNode(data, id)), [data, id]);
  if (data === undefined && error !== null) {
    return (
      <div role="alert" className="flex flex-wrap items-center gap-3">
        <p className="text-failing">Its calls could not be read. {problemOf(error).detail}</p>
        <Chip onClick={() => void refetch()}>Retry now</Chip>
      </div>
    );
  }
  if (data === undefined) return <p className="text-ink-3">Reading its calls…</p>;
  return <MiniView about={about} around={around} window={sayWindow(window)} />;
}

/** What there is to see; `around` null: the graph has no such mark. */
export function MiniView({
  about,
  around,
  window,
}: {
  readonly about: About;
  readonly around: Around | null;
  readonly window: string;
}) {
  const link = (selected: string | null) => topologyHref(about, selected);
  const calls = around === null ? 0 : around.inbound.length + around.outbound.length;
  return (
    <>
      <p className="flex flex-wrap items-baseline gap-x-4 text-ink-2">
        {calls === 0
          ? "No call to or from it was seen in the last hour."
          : `Over ${window}; idle lines had traffic in the last hour.`}
        <Link
          href={link(around?.node.id ?? null)}
          prefetch={false}
          className="text-accent underline-offset-2 hover:underline"
        >
          Open in the topology
        </Link>
      </p>
      {around !== null && calls > 0 && (
        <div className="mt-2 grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] items-start gap-x-6 gap-y-3 max-lg:grid-cols-1">
          <Link href={link(around.node.id)} prefetch={false} tabIndex={-1} aria-hidden="true">
            <MiniCanvas scene={around.scene} />
          </Link>
          <div className="min-w-0">
            {around.left > 0 && (
              <p className="text-ink-3">{formatPlural(around.left, "call")} that hurt less aren’t drawn.</p>
            )}
            <CallTable title="Called by" edges={around.inbound} end="source" href={link} />
            <CallTable title="Calls" edges={around.outbound} end="target" href={link} />
          </div>
        </div>
      )}
    </>
  );
}
