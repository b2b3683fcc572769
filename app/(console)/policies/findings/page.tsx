import type { Metadata } from "next";
import { FindingsPage } from "#components/policies/findings/findings-page.tsx";

export const metadata: Metadata = { title: "Findings" };

/** The page reads its scope and filters from the address, and findings from the console's own API. */
export default function Findings() {
  return <FindingsPage />;
}
