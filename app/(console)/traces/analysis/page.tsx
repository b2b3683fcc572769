import type { Metadata } from "next";
import { AnalysisPage } from "#components/traces/analysis/analysis-page.tsx";

export const metadata: Metadata = { title: "Where the time goes" };

/** What is asked for is in the address; the analysis streams from the console's own API. */
export default function TraceAnalysisPage() {
  return <AnalysisPage />;
}
