import Link from "next/link";
import { authorizationHref } from "#components/policies/links.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { WireEvidenceOffer } from "#lib/api/evidence.ts";
import type { WireFinding } from "#lib/api/findings.ts";
import type { ServiceRef } from "#lib/policy/intent.ts";

const TITLES: Readonly<Record<WireEvidenceOffer["what"], string>> = {
  "access logs": "Access logs",
  labels: "Labels of metrics",
  traces: "Traces",
};

/** What would tell more of the calls to a workload than Istio's metrics do, each as a plan where one can be made. */
export function EvidenceOffers({
  offers,
  workload: { cluster, namespace, name },
  onPlan,
}: {
  readonly offers: readonly WireEvidenceOffer[];
  readonly workload: ServiceRef;
  readonly onPlan: (what: Pick<WireFinding, "object" | "fix">) => void;
}) {
  return (
    <section id="evidence" aria-labelledby="evidence-title" className="mt-8 max-w-[1100px] scroll-mt-4">
      <h2 id="evidence-title" className="text-[15px] font-semibold">
        Evidence to switch on
      </h2>
      <p className="mt-1 text-ink-2">
        Istio’s metrics hold no port, method, path, header, claim or address of a call. What would tell, for as long as
        it is on:
      </p>
      <ul className="mt-2">
        {offers.map(({ what, at, text, object, fix }) => (
          <li key={`${at} ${what}`} className="border-t border-line py-2">
            <h3 className="font-semibold wrap-anywhere">
              {TITLES[what]}
              {at !== null && ` of waypoint ${at}`}
            </h3>
            <p className="text-ink-2 wrap-anywhere">{text}</p>
            {object !== null && (
              <p className="mt-1">
                <Chip tone="quiet" onClick={() => onPlan({ object, fix })}>
                  Plan {what} of {at === null ? name : `waypoint ${at}`}
                </Chip>
              </p>
            )}
          </li>
        ))}
        <li className="border-t border-line py-2">
          <h3 className="font-semibold">Counters of a dry run</h3>
          <p className="text-ink-2">
            An AuthorizationPolicy on trial (istio.io/dry-run) denies nobody, and sidecars, gateways and waypoints count
            how many it would have denied; ztunnels may write it into their logs.{" "}
            <Link
              href={authorizationHref(cluster, namespace, name)}
              prefetch={false}
              className="text-accent underline-offset-2 hover:underline"
            >
              Add a policy as a dry run
            </Link>
          </p>
        </li>
      </ul>
    </section>
  );
}
