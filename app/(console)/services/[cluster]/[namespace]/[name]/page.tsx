import type { Metadata } from "next";
import { ServicePage } from "#components/services/service-page.tsx";

interface Props {
  readonly params: Promise<{ readonly cluster: string; readonly namespace: string; readonly name: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { name, namespace } = await params;
  return { title: `${decodeURIComponent(name)} in ${decodeURIComponent(namespace)}` };
}

/** One service and its routing, in the order in which clients try it. */
export default async function ServiceDetailPage({ params }: Props) {
  const { cluster, namespace, name } = await params;
  return (
    <ServicePage
      service={{
        cluster: decodeURIComponent(cluster),
        namespace: decodeURIComponent(namespace),
        name: decodeURIComponent(name),
      }}
    />
  );
}
