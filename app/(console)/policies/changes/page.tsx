import type { Metadata } from "next";
import { ChangesPage } from "#components/policies/changes/changes-page.tsx";

export const metadata: Metadata = { title: "Changes" };

/** The list reads its scope and filters from the address, and its rows from the console's own API. */
export default function Changes() {
  return <ChangesPage />;
}
