import type { Metadata } from "next";
import { FaultPage } from "#components/change/rule/fault-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Inject faults: ${name} in ${namespace}` };
}

/** Delays and failures made on purpose, with an end. */
export default async function Fault({ params }: ServiceParams) {
  return <FaultPage service={await serviceOf(params)} />;
}
