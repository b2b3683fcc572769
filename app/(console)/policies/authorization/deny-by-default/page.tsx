import type { Metadata } from "next";
import { ProposalPage } from "#components/change/access/proposal/proposal-page.tsx";

export const metadata: Metadata = { title: "Deny by default" };

/** Reads its scope from the address. */
export default function Page() {
  return <ProposalPage />;
}
