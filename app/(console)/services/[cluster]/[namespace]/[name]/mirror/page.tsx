import type { Metadata } from "next";
import { MirrorPage } from "#components/change/rule/mirror-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Mirror traffic: ${name} in ${namespace}` };
}

/** A copy of calls to another version. */
export default async function Mirror({ params }: PlaceParams) {
  return <MirrorPage service={await placeOf(params)} />;
}
