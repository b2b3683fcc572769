import type { Metadata } from "next";
import { ClientsPage } from "#components/services/clients/clients-page.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Clients of ${name} in ${namespace}` };
}

/** How each of its clients reaches a service. */
export default async function Clients({ params }: PlaceParams) {
  return <ClientsPage service={await placeOf(params)} />;
}
