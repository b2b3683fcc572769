import type { Metadata } from "next";
import { ClientsPage } from "#components/services/clients/clients-page.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Clients of ${name} in ${namespace}` };
}

/** How each of its clients reaches a service. */
export default async function Clients({ params }: ServiceParams) {
  return <ClientsPage service={await serviceOf(params)} />;
}
