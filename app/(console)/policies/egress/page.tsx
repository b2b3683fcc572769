import type { Metadata } from "next";
import { EgressPage } from "#components/change/egress/egress-page.tsx";

export const metadata: Metadata = { title: "Egress scope" };

/** Reads its namespace and workload from the address. */
export default function Page() {
  return <EgressPage />;
}
