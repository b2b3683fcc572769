"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { AnswerState } from "#components/policies/answer-state.tsx";
import { securityHref } from "#components/policies/links.tsx";
import { SilentNote } from "#components/policies/silent-note.tsx";
import { useReady } from "#components/ui/ready.ts";
import { Search } from "#components/ui/search.tsx";
import type { ServiceRef } from "#lib/policy/intent.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { sendsQuery } from "#lib/query/security.ts";
import { SendsView } from "./sends-view.tsx";

/** One workload, and what its proxies send to each host that it may call; the search is the address. */
export function SendsPage({ workload }: { readonly workload: ServiceRef }) {
  return (
    <QueryProvider>
      <Page workload={workload} />
    </QueryProvider>
  );
}

function Page({ workload }: { readonly workload: ServiceRef }) {
  const path = usePathname();
  const host = useSearchParams().get("host") ?? "";
  const { data, error, refetch } = useQuery({ ...sendsQuery(workload, host), placeholderData: keepPreviousData });
  useReady(data !== undefined || error !== null);
  const search = (value: string) =>
    window.history.replaceState(null, "", value === "" ? path : `${path}?${new URLSearchParams({ host: value })}`);
  const { cluster, namespace, name } = workload;
  return (
    <main className="min-h-0 min-w-0 overflow-auto px-5 pb-10 max-sm:px-3">
      <nav aria-label="Where" className="flex items-center gap-2 pt-4 text-ink-3">
        <Link
          href={securityHref(cluster, namespace, name)}
          prefetch={false}
          className="text-ink-2 underline-offset-2 hover:underline"
        >
          <bdi>{name}</bdi>
        </Link>
      </nav>
      <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
        What <bdi>{name}</bdi> sends
      </h1>
      <p className="mt-1 text-ink-2">
        Workload in {namespace}, cluster {cluster}
      </p>
      <p className="mt-1 max-w-[90ch] text-ink-2">
        To every Service, and every host of a ServiceEntry, whether it calls or not: with which TLS, whether the server
        takes that, and which objects say so. Those of its own namespace come first.
      </p>
      <div className="mt-4">
        <Search label="Host" placeholder="reviews, .shop., example.com" value={host} set={search} />
      </div>
      <AnswerState
        has={data !== undefined}
        error={error}
        retry={() => void refetch()}
        reading="Working it out…"
        absent="There is no such workload"
        failed="It could not be worked out"
      />
      <SilentNote since={data?.silentSince} />
      {data !== undefined && <SendsView sends={data} search={host} />}
    </main>
  );
}
