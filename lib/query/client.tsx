"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { problemOf } from "#lib/errors.ts";
import { SESSION_CHANGED, type SessionChange } from "./session.tsx";

/**
 * React Query for the small answers (namespaces, charts). The graph never passes through it. Loaded with the first
 * component that asks for something, not with the page; what was fetched is kept for as long as the page lives.
 */
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
      follow(client, (event as CustomEvent<SessionChange>).detail.turn),
    );
    shared = client;
  }
  return shared;
}

/** Drafts are no answers: whose session ended while writing finds them again. */
const answered = {
  predicate: ({ queryKey }: { readonly queryKey: readonly unknown[] }) => queryKey[0] !== "draft",
};

/** What was answered to somebody else is forgotten, what is on screen is asked for anew (viewer.ts). */
function follow(client: QueryClient, turn: SessionChange["turn"]): void {
  if (turn === "again") void client.invalidateQueries(answered);
  else if (turn === "out") {
    client.removeQueries({ queryKey: ["draft"] });
    void client.resetQueries(answered);
  } else void client.resetQueries(answered);
}

export function QueryProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(browserClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
