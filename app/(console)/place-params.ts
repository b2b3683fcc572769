import type { ServiceRef } from "#lib/policy/intent.ts";

export interface PlaceParams {
  readonly params: Promise<{ readonly cluster: string; readonly namespace: string; readonly name: string }>;
}

/** The service or workload that an address names. */
export async function placeOf(params: PlaceParams["params"]): Promise<ServiceRef> {
  const { cluster, namespace, name } = await params;
  return {
    cluster: decodeURIComponent(cluster),
    namespace: decodeURIComponent(namespace),
    name: decodeURIComponent(name),
  };
}
