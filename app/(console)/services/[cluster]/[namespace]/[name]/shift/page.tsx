import type { Metadata } from "next";
import { ShiftPage } from "#components/change/shift/shift-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Shift traffic: ${name} in ${namespace}` };
}

/** Weights of a service's versions. */
export default async function Shift({ params }: ServiceParams) {
  return <ShiftPage service={await serviceOf(params)} />;
}
