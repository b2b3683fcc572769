import type { Metadata } from "next";
import { SecurityPage } from "#components/security/security-page.tsx";
import { type PlaceParams, placeOf } from "../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  return { title: `Effective security of ${(await placeOf(params)).name}` };
}

/** One workload's mutual TLS and authorization as they are in effect. */
export default async function WorkloadSecurityPage({ params }: PlaceParams) {
  return <SecurityPage workload={await placeOf(params)} />;
}
