import type { Metadata } from "next";
import { StrictPage } from "#components/change/mtls/strict/strict-page.tsx";

interface Props {
  readonly params: Promise<{ readonly cluster: string; readonly namespace: string }>;
}

export const metadata: Metadata = { title: "The way to strict" };

/** From PERMISSIVE to STRICT: one namespace, or (`-`) the mesh of a cluster. */
export default async function Page({ params }: Props) {
  const { cluster, namespace } = await params;
  const name = decodeURIComponent(namespace);
  return <StrictPage scope={{ cluster: decodeURIComponent(cluster), namespace: name === "-" ? null : name }} />;
}
