import type { ServiceRef } from "#lib/policy/intent.ts";

export interface ServiceParams {
  readonly params: Promise<{ readonly cluster: string; readonly namespace: string; readonly name: string }>;
}

/** The service that an address names. */
export async function serviceOf(params: ServiceParams["params"]): Promise<ServiceRef> {
  const { cluster, namespace, name } = await params;
  return {
    cluster: decodeURIComponent(cluster),
    namespace: decodeURIComponent(namespace),
    name: decodeURIComponent(name),
  };
}
