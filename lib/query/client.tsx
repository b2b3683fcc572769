"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { problemOf } from "#lib/errors.ts";
import { forgetAt } from "./forget.ts";
import type { SessionChange } from "./keeper.ts";
import { SESSION_CHANGED } from "./session.tsx";

/** Once; but what is refused for want of rights stays refused. */
const again = (failures: number, thrown: unknown) => failures < 1 && !FINAL.has(problemOf(thrown).code);
const FINAL: ReadonlySet<string> = new Set(["reauth", "unauthorised", "forbidden"]);

let shared: QueryClient | undefined;

function browserClient(): QueryClient {
  // On the server nothing is asked for, and nothing may outlive the answer to one viewer.
  if (typeof window === "undefined") return new QueryClient();
  if (shared === undefined) {
    const client = new QueryClient({
      defaultOptions: { queries: { staleTime: 15_000, retry: again, refetchOnWindowFocus: false } },
    });
    window.addEventListener(SESSION_CHANGED, (event) =>
      forgetAt((event as CustomEvent<SessionChange>).detail.turn, client),
    );
    shared = client;
  }
  return shared;
}

/**
 * React Query for the small answers (namespaces, charts). The graph never passes through it. Loaded with the first
 * component that asks for something, not with the page; what was fetched is kept for as long as the page lives.
 */
export function QueryProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(browserClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
