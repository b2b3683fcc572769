import type { Metadata } from "next";
import { MembershipPage } from "#components/change/membership/membership-page.tsx";

export const metadata: Metadata = { title: "Membership" };

/** Reads its scope from the address. */
export default function Page() {
  return <MembershipPage />;
}
