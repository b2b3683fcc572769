import Link from "next/link";
import { type NodeKey, parseNodeId } from "#lib/graph/id.ts";
import type { Protocol } from "#lib/graph/model.ts";
import { securityHref, serviceHref } from "../links.tsx";

/** Who calls whom; the protocol where it isn't http. */
export function PairEnds({
  source,
  target,
  protocol,
}: {
  readonly source: string;
  readonly target: string;
  readonly protocol: Protocol;
}) {
  return (
    <>
      <EndName id={source} /> <span aria-hidden="true">→</span>
      <span className="sr-only">to</span> <EndName id={target} />
      {protocol !== "http" && <span className="text-ink-3"> {protocol}</span>}
    </>
  );
}

/** An end of a call, as a link to its page where it has one. */
export function EndName({ id }: { readonly id: string }) {
  const key = parseNodeId(id);
  const href = key === null ? null : hrefOf(key);
  const text = key === null ? id : nameOf(key);
  if (href === null) return <bdi>{text}</bdi>;
  return (
    <Link
      href={href}
      prefetch={false}
      className="name underline decoration-line-strong underline-offset-2 hover:decoration-current"
    >
      <bdi>{text}</bdi>
    </Link>
  );
}

function hrefOf({ kind, cluster, namespace, name }: NodeKey): string | null {
  if (kind === "workload") return securityHref(cluster, namespace, name);
  return kind === "service" ? serviceHref(cluster, namespace, name) : null;
}

function nameOf({ kind, namespace, name }: NodeKey): string {
  if (kind === "unknown") return "callers that telemetry can’t name";
  if (kind === "restricted") return "what you may not see";
  return kind === "external" ? name : `${namespace}/${name}`;
}
