"use client";

import { queryOptions, useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useState } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { useUrl } from "#components/shell/use-url.ts";
import type { RemindersAnswer } from "#lib/api/reminders.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { getJson } from "#lib/query/fetch.ts";

const REFRESH_MS = 30_000;

function remindersQuery(clusters: readonly string[], namespaces: readonly string[]) {
  return queryOptions({
    queryKey: ["reminders", clusters, namespaces],
    refetchInterval: REFRESH_MS,
    queryFn: ({ signal }) => {
      const params = new URLSearchParams();
      if (clusters.length > 0) params.set("clusters", clusters.join(","));
      if (namespaces.length > 0) params.set("namespaces", namespaces.join(","));
      return getJson<RemindersAnswer>("/api/v1/reminders", params, signal);
    },
  });
}

/** Faults and dry runs that are in effect, and plans that were stopped half way, in one line that can be opened. */
export function Reminders() {
  return (
    <QueryProvider>
      <Banner />
    </QueryProvider>
  );
}

const KINDS = { fault: "fault", "dry-run": "dry run", "half-done": "half-done plan" } as const;

function Banner() {
  const { state } = useUrl();
  const { data } = useQuery(remindersQuery(state.view.clusters, state.view.namespaces));
  const [open, setOpen] = useState(false);
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  const overdue = items.filter((item) => item.overdue || item.kind === "half-done");
  const counts = [...Map.groupBy(items, ({ kind }) => kind)].map(
    ([kind, list]) => `${list.length} ${KINDS[kind]}${list.length === 1 ? "" : "s"}`,
  );
  return (
    <section
      aria-label="Reminders"
      className={clsx(
        "border-b border-l-2 border-line px-4 py-1.5",
        overdue.length > 0 ? "border-l-failing bg-failing-bg" : "border-l-degraded bg-degraded-bg",
      )}
    >
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)} className="text-left">
        <strong className="font-semibold">
          {overdue.length > 0 ? "✕" : "◣"} {counts.join(", ")}
        </strong>{" "}
        in effect
        {overdue.length > 0 && `, ${overdue.length} should have ended`}.{" "}
        <span className="text-ink-2 underline underline-offset-2">{open ? "Hide" : "Show"}</span>
      </button>
      {open && (
        <ul className="mt-1 max-h-48 overflow-auto">
          {items.map((item) => (
            <li
              key={`${item.kind} ${item.object.cluster} ${item.object.kind} ${item.object.namespace} ${item.object.name}`}
              className="flex flex-wrap items-baseline gap-x-3 border-t border-line py-1"
            >
              <ObjectLink object={item.object} />
              <span className="min-w-0 grow text-ink-2 wrap-anywhere">{item.text}</span>
              <span className={clsx("tabular-nums", item.overdue && "text-failing")}>
                {item.until === null
                  ? "without an end"
                  : `${item.overdue ? "should have ended at" : "until"} ${sayInstant(item.until)}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const PLACES = [
  { href: "/policies", title: "Objects" },
  { href: "/policies/mtls", title: "Mutual TLS" },
  { href: "/policies/membership", title: "Membership" },
] as const;

/** The places of policies beside each other. */
export function PolicyPlaces() {
  const path = usePathname();
  return (
    <nav aria-label="Policies" className="flex gap-4 border-b border-line px-4">
      {PLACES.map(({ href, title }) => (
        <Link
          key={href}
          href={href}
          prefetch={false}
          aria-current={path === href ? "page" : undefined}
          className={clsx(
            "-mb-px border-b-2 py-1.5",
            path === href ? "border-accent font-semibold" : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
