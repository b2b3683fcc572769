import type { Metadata } from "next";
import { TraceSearchPage } from "#components/traces/search/search-page.tsx";

export const metadata: Metadata = { title: "Traces" };

/** The search is in the address; its form, plot and rows come from the console's own API. */
export default function TracesPage() {
  return <TraceSearchPage />;
}
