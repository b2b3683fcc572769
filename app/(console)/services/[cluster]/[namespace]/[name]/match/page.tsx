import type { Metadata } from "next";
import { MatchPage } from "#components/change/rule/match-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Match requests: ${name} in ${namespace}` };
}

/** Which calls go to which version before weights count. */
export default async function Match({ params }: ServiceParams) {
  return <MatchPage service={await serviceOf(params)} />;
}
