import type { Metadata } from "next";
import { AccessPage } from "#components/change/access/access-page.tsx";

export const metadata: Metadata = { title: "Authorization" };

/** Reads its scope from the address. */
export default function Page() {
  return <AccessPage />;
}
