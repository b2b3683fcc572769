import type { Metadata } from "next";
import { SendsPage } from "#components/security/sends/sends-page.tsx";
import { type PlaceParams, placeOf } from "../../../../../../place-params.ts";

export async function generateMetadata({ params }: PlaceParams): Promise<Metadata> {
  return { title: `What ${(await placeOf(params)).name} sends` };
}

/** What one workload's proxies send to each host that it may call. */
export default async function WorkloadSendsPage({ params }: PlaceParams) {
  return <SendsPage workload={await placeOf(params)} />;
}
