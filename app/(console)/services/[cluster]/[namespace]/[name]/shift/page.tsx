import type { Metadata } from "next";
import { ShiftPage } from "#components/change/shift/shift-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Shift traffic: ${name} in ${namespace}` };
}

/** Weights of a service's versions. */
export default async function Shift({ params }: PlaceParams) {
  return <ShiftPage service={await placeOf(params)} />;
}
