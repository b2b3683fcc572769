import type { Metadata } from "next";
import { DestinationPage } from "#components/change/destination/destination-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Destination settings: ${name} in ${namespace}` };
}

/** How clients' proxies treat a service. */
export default async function Destination({ params }: PlaceParams) {
  return <DestinationPage service={await placeOf(params)} />;
}
