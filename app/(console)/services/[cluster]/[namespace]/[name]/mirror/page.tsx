import type { Metadata } from "next";
import { MirrorPage } from "#components/change/rule/mirror-form.tsx";
import { type ServiceParams, serviceOf } from "../service-params.ts";

export async function generateMetadata({ params }: ServiceParams): Promise<Metadata> {
  const { name, namespace } = await serviceOf(params);
  return { title: `Mirror traffic: ${name} in ${namespace}` };
}

/** A copy of calls to another version. */
export default async function Mirror({ params }: ServiceParams) {
  return <MirrorPage service={await serviceOf(params)} />;
}
