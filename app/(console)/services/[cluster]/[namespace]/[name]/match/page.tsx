import type { Metadata } from "next";
import { MatchPage } from "#components/change/rule/match-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Match requests: ${name} in ${namespace}` };
}

/** Which calls go to which version before weights count. */
export default async function Match({ params }: PlaceParams) {
  return <MatchPage service={await placeOf(params)} />;
}
