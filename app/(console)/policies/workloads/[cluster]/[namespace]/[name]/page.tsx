import type { Metadata } from "next";
import { SecurityPage } from "#components/security/security-page.tsx";

interface Props {
  readonly params: Promise<{ readonly cluster: string; readonly namespace: string; readonly name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Effective security of ${decodeURIComponent((await params).name)}` };
}

/** One workload's mutual TLS and authorization as they are in effect. */
export default async function WorkloadSecurityPage({ params }: Props) {
  const { cluster, namespace, name } = await params;
  return (
    <SecurityPage
      workload={{
        cluster: decodeURIComponent(cluster),
        namespace: decodeURIComponent(namespace),
        name: decodeURIComponent(name),
      }}
    />
  );
}
