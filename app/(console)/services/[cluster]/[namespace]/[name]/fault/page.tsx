import type { Metadata } from "next";
import { FaultPage } from "#components/change/rule/fault-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Inject faults: ${name} in ${namespace}` };
}

/** Delays and failures made on purpose, with an end. */
export default async function Fault({ params }: PlaceParams) {
  return <FaultPage service={await placeOf(params)} />;
}
