"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

/**
 * React Query for the small answers (namespaces, charts). The graph never passes through it. Loaded with the first
 * component that asks for something, not with the page; what was fetched is kept for as long as the page lives.
 */
let shared: QueryClient | undefined;

function browserClient(): QueryClient {
  shared ??= new QueryClient({
    defaultOptions: { queries: { staleTime: 15_000, retry: 1, refetchOnWindowFocus: false } },
  });
  return shared;
}

export function QueryProvider({ children }: { readonly children: ReactNode }) {
  const [client] = useState(browserClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
