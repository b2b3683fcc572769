import type { Metadata } from "next";
import { ResiliencePage } from "#components/change/rule/resilience-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Timeouts and retries: ${name} in ${namespace}` };
}

/** How long callers wait, and how often they try again. */
export default async function Resilience({ params }: ServiceParams) {
  return <ResiliencePage service={await serviceOf(params)} />;
}
