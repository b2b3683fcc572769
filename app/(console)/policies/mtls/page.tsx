import type { Metadata } from "next";
import { MtlsPage } from "#components/change/mtls/mtls-page.tsx";

export const metadata: Metadata = { title: "Mutual TLS" };

/** Reads its scope from the address. */
export default function Page() {
  return <MtlsPage />;
}
