import type { Metadata } from "next";
import { ComparePage } from "#components/traces/compare/compare-page.tsx";

export const metadata: Metadata = { title: "Compare traces" };

/** Two traces side by side, `?a=ID&b=ID`. */
export default function CompareTracesPage() {
  return <ComparePage />;
}
