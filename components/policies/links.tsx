import { clsx } from "clsx";
import Link from "next/link";
import { type ObjectRef, refPath, refText } from "#lib/policy/ref.ts";

export const policyHref = (object: ObjectRef): string => `/policies/${refPath(object)}`;
export const serviceHref = (cluster: string, namespace: string, name: string): string =>
  `/services/${[cluster, namespace, name].map(encodeURIComponent).join("/")}`;
/** How clients reach a host of a ServiceEntry. */
export const hostClientsHref = ({ cluster, namespace, name }: ObjectRef, host: string): string =>
  `${serviceHref(cluster, namespace ?? "", name)}/clients?${new URLSearchParams({ host })}`;
/** How clients reach one port of a Service, or of a host of a ServiceEntry. */
export const portClientsHref = (
  { cluster, namespace, name }: { readonly cluster: string; readonly namespace: string; readonly name: string },
  { host, port }: { readonly host: string | null; readonly port: number },
): string =>
  `${serviceHref(cluster, namespace, name)}/clients?${new URLSearchParams({ ...(host !== null && { host }), port: String(port) })}`;
export const securityHref = (cluster: string, namespace: string, workload: string): string =>
  `/policies/workloads/${[cluster, namespace, workload].map(encodeURIComponent).join("/")}`;

/** What a workload's proxies send to each host. */
export const sendsHref = (cluster: string, namespace: string, workload: string): string =>
  `${securityHref(cluster, namespace, workload)}/sends`;

/** What a workload's proxies can say when they are told to. */
export const evidenceHref = (cluster: string, namespace: string, workload: string): string =>
  `${securityHref(cluster, namespace, workload)}#evidence`;

/** Which hosts a workload's proxy knows, proposed from what it calls. */
export const egressHref = (cluster: string, namespace: string, workload: string): string =>
  `/policies/egress?${new URLSearchParams({ clusters: cluster, namespaces: namespace, workload })}`;

/** The forms of a namespace's authorization; with a workload, a new policy begins with it. */
export const authorizationHref = (cluster: string, namespace: string, workload?: string): string =>
  `/policies/authorization?${new URLSearchParams({ clusters: cluster, namespaces: namespace, ...(workload === undefined ? {} : { workload }) })}`;

/** Policies for a namespace, proposed from who was seen calling. */
export const denyByDefaultHref = (cluster: string, namespace: string): string =>
  `/policies/authorization/deny-by-default?${new URLSearchParams({ clusters: cluster, namespaces: namespace })}`;

/** The way from PERMISSIVE to STRICT of a namespace; null: of the mesh. */
export const strictHref = (cluster: string, namespace: string | null): string =>
  `/policies/mtls/strict/${encodeURIComponent(cluster)}/${encodeURIComponent(namespace ?? "-")}`;

/** The simulator with these fields filled in. */
export const simulateHref = (fields: Readonly<Record<string, string>>): string =>
  `/policies/simulate?${new URLSearchParams(fields)}`;

/** Services have a page of their own. */
const hrefOf = (object: ObjectRef): string =>
  object.group === "" && object.kind === "Service" && object.namespace !== null
    ? serviceHref(object.cluster, object.namespace, object.name)
    : policyHref(object);

/** An object by its kind and name, as a link to its page. */
export function ObjectLink({ object, className }: { readonly object: ObjectRef; readonly className?: string }) {
  return (
    <Link
      href={hrefOf(object)}
      prefetch={false}
      title={`${refText(object)} in ${object.cluster}`}
      className={clsx("name underline decoration-line-strong underline-offset-2 hover:decoration-current", className)}
    >
      <bdi>{refText(object)}</bdi>
    </Link>
  );
}
