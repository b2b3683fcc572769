import type { Metadata } from "next";
import { PolicyList } from "#components/policies/list/policy-list.tsx";

export const metadata: Metadata = { title: "Policies" };

/** The list reads its scope and filters from the address, and its rows from the console's own API. */
export default function PoliciesPage() {
  return <PolicyList />;
}
