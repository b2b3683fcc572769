import { SourceText } from "#components/security/parts.tsx";
import { Chip } from "#components/ui/chip.tsx";
import type { StrictAnswer } from "#lib/api/strict.ts";
import { formatPlural } from "#lib/format.ts";
import { Rows, Step } from "./step.tsx";

const OPEN = 8;
type Rule = StrictAnswer["rules"]["items"][number];

/** DestinationRules that tell clients otherwise, each with a fix that opens as a plan. */
export function RulesStep({
  number,
  path,
  onPlan,
}: {
  readonly number: number;
  readonly path: StrictAnswer;
  readonly onPlan: (rule: Rule) => void;
}) {
  const { rules, lacks } = path;
  const blind = lacks.some((text) => text.startsWith("DestinationRule"));
  return (
    <Step
      number={number}
      title="DestinationRules that switch mutual TLS off"
      state={
        blind
          ? { mark: "○", word: "not known", tone: "degraded" }
          : rules.total > 0
            ? { mark: "✕", word: formatPlural(rules.total, "place"), tone: "failing" }
            : { mark: "✓", word: "none", tone: "plain" }
      }
    >
      {rules.total === 0 && (
        <p className="text-ink-2">
          {blind
            ? "DestinationRules can’t be read, so what clients are told isn’t known."
            : "None that you may see names a host here with TLS other than the mesh’s."}
        </p>
      )}
      <Rows items={rules.items} total={rules.total} open={OPEN} what="places">
        {(rule) => (
          <li
            key={`${rule.source.object.namespace}/${rule.source.object.name} ${rule.source.path}`}
            className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 border-t border-line py-2"
          >
            <div className="min-w-0 grow basis-60">
              <SourceText source={rule.source} />
              <p className="text-ink-2 wrap-anywhere">
                {rule.says} for <bdi>{rule.host}</bdi>, {formatPlural(rule.services, "service")} here; followed by
                clients {rule.clients === null ? "of any namespace that see it" : `of ${rule.clients}`}.
              </p>
              <p className="text-[12px] wrap-anywhere">
                <span className="text-ink-3">Fix: </span>
                {rule.fix.text}
              </p>
            </div>
            <Chip onClick={() => onPlan(rule)}>Plan the fix</Chip>
          </li>
        )}
      </Rows>
    </Step>
  );
}

/** Ports and pods that STRICT doesn't cover, or where it surprises. */
export function CoverStep({ number, path }: { readonly number: number; readonly path: StrictAnswer }) {
  const { uncovered, exceptions } = path;
  const stay = exceptions.items.filter(({ stays }) => stays).length;
  const count = uncovered.total + stay;
  return (
    <Step
      number={number}
      title="Ports and pods it doesn’t cover"
      state={
        count > 0
          ? { mark: "◐", word: `${formatPlural(count, "place")} to know`, tone: "degraded" }
          : { mark: "✓", word: "none known", tone: "plain" }
      }
    >
      <p className="text-ink-2">
        STRICT covers every TCP port that passes the proxy of a workload, also those that no Service names.
        {stay > 0 && ` ${formatPlural(stay, "workload or port", "workloads and ports")} of step 1 stay as they are.`}
      </p>
      <Rows items={uncovered.items} total={uncovered.total} open={OPEN} what="places">
        {({ namespace, name, kind, text }) => (
          <li key={`${namespace}/${name} ${kind} ${text}`} className="border-t border-line py-[5px] wrap-anywhere">
            <bdi className="name">
              {namespace}/{name}
            </bdi>{" "}
            <span className="text-ink-2">{text}</span>
          </li>
        )}
      </Rows>
      <p className="text-ink-3">
        The kubelet’s HTTP, TCP and gRPC probes go on: sidecars get them rewritten at injection, unless that is switched
        off (it is listed above then), and ztunnel lets the node’s probes pass. A Prometheus outside the mesh that
        scrapes a workload’s own port is a caller like any other: it stands in step 2, without a name. Pods in the
        node’s network aren’t looked at.
      </p>
    </Step>
  );
}
