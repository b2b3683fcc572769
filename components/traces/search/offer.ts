/** What the chosen backends can be asked: the form offers nothing else. Pure. */
import type { TraceBackendsAnswer } from "#lib/api/traces.ts";
import { namedPlace } from "#lib/tracing/place.ts";

type Backend = TraceBackendsAnswer["items"][number];

export interface Offer {
  readonly tags: boolean;
  readonly durations: boolean;
  readonly operations: boolean;
  /** Can all of them be searched without a service? */
  readonly serviceOptional: boolean;
  /** Most traces of one search of any of them. */
  readonly limit: number;
}

/** Nobody knows what a backend can that doesn't answer; while none does, everything is offered. */
export function offerOf(backends: readonly Backend[], chosen: readonly string[]): Offer {
  const asked = backends.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
  const known = asked.flatMap(({ capabilities }) => (capabilities === null ? [] : [capabilities]));
  const some = (key: "tags" | "durations" | "operations") => known.length === 0 || known.some((each) => each[key]);
  return {
    ...{ tags: some("tags"), durations: some("durations"), operations: some("operations") },
    serviceOptional: known.length > 0 && known.every(({ serviceOptional }) => serviceOptional),
    limit: known.length === 0 ? 500 : Math.max(...known.map(({ maxLimit }) => maxLimit)),
  };
}

/** Services whose name tells a namespace of the scope, or none; all of them without a scope. */
export function inScope(services: readonly string[], namespaces: readonly string[]): readonly string[] {
  if (namespaces.length === 0) return services;
  return services.filter((service) => {
    const namespace = namedPlace(service)?.namespace ?? null;
    return namespace === null || namespaces.includes(namespace);
  });
}
