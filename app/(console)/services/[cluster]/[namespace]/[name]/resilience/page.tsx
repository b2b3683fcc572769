import type { Metadata } from "next";
import { ResiliencePage } from "#components/change/rule/resilience-form.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  const { name, namespace } = await placeOf(params);
  return { title: `Timeouts and retries: ${name} in ${namespace}` };
}

/** How long callers wait, and how often they try again. */
export default async function Resilience({ params }: PlaceParams) {
  return <ResiliencePage service={await placeOf(params)} />;
}
