import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useUrl } from "#components/shell/use-url.ts";
import { traceOperationsQuery, traceServicesQuery } from "#lib/query/trace-search.ts";
import { inScope } from "./offer.ts";

/** Names to choose from: services of the scope, and operations of a service that is one (`operationsToo`: where the backends can be asked for them). */
export function useNames(
  { service, backends }: { readonly service: string; readonly backends: readonly string[] },
  operationsToo = true,
) {
  const { namespaces } = useUrl().state.view;
  const { data } = useQuery(traceServicesQuery(backends));
  const services = useMemo(() => inScope(data?.items.map(({ name }) => name) ?? [], namespaces), [data, namespaces]);
  const known = data?.items.some(({ name }) => name === service) ?? false;
  const operations = useQuery({ ...traceOperationsQuery(service, backends), enabled: operationsToo && known });
  const names = operations.data?.items.map(({ name }) => name) ?? [];
  return { services, operations: known ? [...new Set(names)] : [] };
}
