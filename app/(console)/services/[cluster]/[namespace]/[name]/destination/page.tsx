import type { Metadata } from "next";
import { DestinationPage } from "#components/change/destination/destination-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Destination settings: ${name} in ${namespace}` };
}

/** How clients' proxies treat a service. */
export default async function Destination({ params }: ServiceParams) {
  return <DestinationPage service={await serviceOf(params)} />;
}
