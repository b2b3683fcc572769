"use client";

import Link from "next/link";
import { strictHref } from "#components/policies/links.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { StrictAnswer } from "#lib/api/strict.ts";
import type { MtlsIntent, MtlsMode } from "#lib/policy/intent.ts";
import { useMayWrite } from "../../rights.tsx";
import { type Stage, stagesOf } from "./stage-plan.ts";
import { Step } from "./step.tsx";

interface StepProps {
  readonly number: number;
  readonly path: StrictAnswer;
  readonly onPlan: (intent: MtlsIntent) => void;
}

/** STRICT in stages: a workload, then its namespace, then the mesh; each is a plan of its own. */
export function StagesStep({ number, path, onPlan }: StepProps) {
  const { namespaces, namespace, cluster, rootNamespace } = path;
  const next = namespaces.find(({ state }) => state !== "strict");
  const stages = stagesOf(path);
  return (
    <Step
      number={number}
      title={next === undefined ? "Strict, in stages" : `Strict, in stages: ${next.namespace} is next`}
      state={
        next === undefined && path.mesh.mode === "STRICT"
          ? { mark: "●", word: "done", tone: "plain" }
          : { mark: "◐", word: "each stage is a plan, nothing is written before", tone: "plain" }
      }
    >
      <p className="text-ink-2">
        Istio has no shadow mode for PeerAuthentications: what STRICT refuses shows only once it does. So begin small:
        one workload, look at its callers, then the namespace, then the mesh.
      </p>
      <ul>
        {stages.map((stage) => (
          <StageRow
            key={stage.title}
            stage={stage}
            cluster={cluster}
            namespace={stage.intent.scope.level === "mesh" ? rootNamespace : stage.intent.scope.namespace}
            onPlan={onPlan}
          />
        ))}
      </ul>
      {namespace !== null && (
        <p>
          <Link
            href={strictHref(cluster, null)}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            The whole mesh, after its namespaces
          </Link>
        </p>
      )}
    </Step>
  );
}

function StageRow({
  stage: { title, about, intent, obstacle },
  cluster,
  namespace,
  onPlan,
}: {
  readonly stage: Stage;
  readonly cluster: string;
  readonly namespace: string | null;
  readonly onPlan: (intent: MtlsIntent) => void;
}) {
  const { forbidden } = useMayWrite({ cluster, namespace, kinds: ["PeerAuthentication"] });
  return (
    <li className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 border-t border-line py-2">
      <div className="min-w-0 grow basis-60 wrap-anywhere">
        <strong className="font-semibold">{title}</strong>
        {about !== "" && <p className="text-ink-2">{about}</p>}
        {obstacle !== null && (
          <p className="text-degraded">
            <span aria-hidden="true">◐ </span>
            {obstacle}
          </p>
        )}
        {forbidden !== null && <p className="text-ink-2">{forbidden}</p>}
      </div>
      <Chip
        disabled={obstacle !== null || forbidden !== null}
        aria-label={`Plan STRICT: ${title}`}
        onClick={() => onPlan(intent)}
      >
        Plan STRICT
      </Chip>
    </li>
  );
}

/** The way back: the same objects, PERMISSIVE. */
export function BackStep({ number, path, onPlan }: StepProps) {
  const { cluster, namespace, rootNamespace, mesh, namespaces } = path;
  const scope: MtlsIntent["scope"] = namespace === null ? { level: "mesh" } : { level: "namespace", namespace };
  const place = namespace ?? rootNamespace;
  const { forbidden } = useMayWrite({ cluster, namespace: place, kinds: ["PeerAuthentication"] });
  const mode = namespace === null ? mesh.mode : (namespaces[0]?.now.mode ?? null);
  const back: MtlsMode = "PERMISSIVE";
  const stands = mode === back ? "It is PERMISSIVE now." : null;
  return (
    <Step number={number} title="And back again" state={{ mark: "●", word: "any time", tone: "plain" }}>
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1">
        <p className="min-w-0 grow basis-60 text-ink-2 wrap-anywhere">
          Every stage can be taken back where it was applied, and from{" "}
          <Link
            href={`/policies/changes?${new URLSearchParams({ clusters: cluster, ...(place === null ? {} : { namespaces: place }) })}`}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            Changes
          </Link>
          , also while Prometheus is down. PERMISSIVE takes both again; callers that were refused come back by
          themselves. Exceptions of workloads go on the{" "}
          <Link
            href={`/policies/mtls?${new URLSearchParams({ clusters: cluster })}`}
            prefetch={false}
            className="text-accent underline-offset-2 hover:underline"
          >
            Mutual TLS page
          </Link>
          , where STRICT can also be planned against the evidence, by typing the name. {stands} {forbidden}
        </p>
        <Chip
          disabled={forbidden !== null || stands !== null}
          onClick={() => onPlan({ kind: "mtls", cluster, scope, mode: back })}
        >
          Plan PERMISSIVE
        </Chip>
      </div>
    </Step>
  );
}
