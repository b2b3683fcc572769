"use client";

import { clsx } from "clsx";
import { type CSSProperties, useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { problemOf } from "#lib/errors.ts";
import type { ServiceRef, ShiftIntent } from "#lib/policy/intent.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { onlyTo } from "#lib/policy/weights.ts";
import { type LiveTraffic, useLiveTraffic } from "../live.ts";
import { callersOf, follows, observedShares, trafficByVersion } from "../observed.ts";
import { RulePicker } from "../rule-picker.tsx";
import { ServiceChange, type ServiceForm } from "../service-change.tsx";
import { Callers } from "./callers.tsx";
import { CandidateTable } from "./candidate-table.tsx";
import { Checks } from "./checks.tsx";
import { ShareBars } from "./share-bars.tsx";
import { defaultRule, nextStep, ruleKey, ruleRef, type Split, splitOf, splittable } from "./split.ts";
import { VersionRows } from "./version-rows.tsx";
import { WeightSlider } from "./weight-slider.tsx";

/** Shares of traffic between a service's versions. */
export function ShiftPage({ service }: { readonly service: ServiceRef }) {
  const [choice, setChoice] = useState<string | null>(null);
  const [stableName, setStable] = useState<string | null>(null);
  const parts = (form: ServiceForm) => {
    const rule = splittable(form.wanted).find((one) => ruleKey(one) === choice) ?? defaultRule(form.wanted);
    const split = splitOf(form.wanted, rule);
    const stable = Math.max(0, split.versions.indexOf(stableName ?? ""));
    return { rule, split, stable };
  };
  return (
    <ServiceChange
      service={service}
      action="shift"
      title="Shift traffic"
      label={(form) => {
        const { split } = parts(form);
        return split.written ? `Apply ${split.percents.join(" / ")}` : undefined;
      }}
      abort={(form) => <Abort form={form} {...parts(form)} />}
    >
      {(form) => {
        const { rule, split, stable } = parts(form);
        if (split.versions.length < 2) return <Alone versions={split.versions} />;
        return (
          <Form
            form={form}
            rule={rule}
            split={split}
            stable={stable}
            onRule={(one) => setChoice(ruleKey(one))}
            onStable={(index) => setStable(split.versions[index] ?? null)}
          />
        );
      }}
    </ServiceChange>
  );
}

interface Parts {
  readonly form: ServiceForm;
  readonly rule: RouteRule | null;
  readonly split: Split;
  readonly stable: number;
}

function intentOf({ form, rule, split }: Parts, percents: readonly number[]): ShiftIntent {
  const { cluster, namespace, name } = form.service;
  const protocol = rule === null ? undefined : rule.protocol === "grpc" ? "http" : rule.protocol;
  return {
    kind: "shift",
    service: { cluster, namespace, name },
    ...(rule === null ? {} : { rule: ruleRef(rule) }),
    ...(protocol === undefined ? {} : { protocol }),
    weights: split.versions.map((version, index) => ({ version, percent: percents[index] ?? 0 })),
  };
}

const PRESETS = [100, 75, 50, 25, 10, 0] as const;

function Form({
  onRule,
  onStable,
  ...parts
}: Parts & { readonly onRule: (rule: RouteRule) => void; readonly onStable: (index: number) => void }) {
  const { form, rule, split, stable } = parts;
  const { versions, percents } = split;
  const appliedRule =
    rule === null ? null : (splittable(form.applied).find((one) => ruleKey(one) === ruleKey(rule)) ?? null);
  const applied = splitOf(form.applied, appliedRule ?? defaultRule(form.applied));
  const appliedPercents = versions.map((version) => applied.percents[applied.versions.indexOf(version)] ?? 0);
  const live = useLiveTraffic(form.service, form.flow.state.phase === "applied" ? form.flow.state.applied.at : null);
  const move = (to: readonly number[]) => {
    if (!form.disabled) form.change(intentOf(parts, to));
  };
  const candidate = candidateOf(split, stable);
  const place = versions[candidate] ?? "";
  const now = percents[candidate] ?? 0;
  const next = nextStep(appliedPercents[candidate] ?? 0);
  return (
    <>
      <RulePicker rules={splittable(form.wanted)} rule={rule} onChoose={onRule} />
      <h3 className="eyebrow mt-5">Weights</h3>
      {!split.written && (
        <p className="mt-2 text-ink-2">
          No rule splits the calls yet: they go to all ready pods, in the proportion shown.
        </p>
      )}
      <div className="mt-3 flex flex-wrap items-baseline justify-between gap-x-4">
        {versions.map((version, index) => (
          <span key={version} className={clsx("tabular-nums", index === stable ? "text-ink" : "text-accent")}>
            <bdi className="font-semibold">{version}</bdi> {index === stable ? "stable" : "candidate"}{" "}
            <span className={clsx(index === stable ? "text-ink-2" : "font-semibold")}>{percents[index] ?? 0} %</span>
          </span>
        ))}
      </div>
      <WeightSlider versions={versions} percents={percents} disabled={form.disabled} onChange={move} />
      {versions.length === 2 && (
        <div role="group" aria-label={`Share of ${place}`} className="relative flex h-8 gap-1.5 max-md:flex-wrap">
          {PRESETS.map((preset) => (
            <Chip
              key={preset}
              tone={preset === now ? "on" : "plain"}
              aria-pressed={preset === now}
              disabled={form.disabled}
              onClick={() => move(onlyAt(percents, candidate, preset))}
              className="h-6 px-1.5 text-[11px] md:absolute md:left-(--at) md:translate-x-(--back)"
              style={placed(candidate === 0 ? preset : 100 - preset)}
            >
              {preset} %
            </Chip>
          ))}
        </div>
      )}
      <ShareBars
        versions={versions}
        wanted={percents}
        applied={applied.written ? appliedPercents : null}
        {...observedOf(form, live, versions, applied.written ? appliedPercents : null)}
      />
      <VersionRows
        versions={versions}
        percents={percents}
        known={form.wanted.versions}
        stable={stable}
        disabled={form.disabled}
        onChange={move}
        onStable={onStable}
      />
      <div className="mt-3 flex flex-wrap gap-2">
        {next !== null && (
          <Chip disabled={form.disabled} onClick={() => move(onlyAt(percents, candidate, next))}>
            Next step: {place} {next} %
          </Chip>
        )}
        <Chip disabled={form.disabled || now === 100} onClick={() => move(onlyTo(percents, candidate))}>
          Switch all to {place}
        </Chip>
        <Chip disabled={form.disabled || now === 0} onClick={() => move(onlyTo(percents, stable))}>
          Switch all back to {versions[stable]}
        </Chip>
      </div>
      <Live {...parts} live={live} candidate={candidate} />
    </>
  );
}

/** The version that is shifted to: of those beside the stable one, the last. */
const candidateOf = ({ versions }: Split, stable: number): number =>
  versions.length - 1 === stable ? Math.max(0, stable - 1) : versions.length - 1;

/** One version at a share; what it gives or takes goes to the others. */
function onlyAt(percents: readonly number[], index: number, percent: number): readonly number[] {
  if (percents.length === 2) return percents.map((_, at) => (at === index ? percent : 100 - percent));
  const rest = percents.reduce((sum, value, at) => (at === index ? sum : sum + value), 0);
  if (percent === 100 || rest === 0) return percents.map((_, at) => (at === index ? 100 : 0));
  const others = percents.map((value, at) => (at === index ? 0 : Math.floor((value / rest) * (100 - percent))));
  const left = 100 - percent - others.reduce((sum, value) => sum + value, 0);
  const first = others.findIndex((value, at) => at !== index && value === Math.max(...others));
  return others.map((value, at) => (at === index ? percent : at === first ? value + left : value));
}

/** Where the handle would be; at the ends within the bar. Counts where there is room for it. */
function placed(percent: number): CSSProperties {
  const back = percent === 0 ? "0%" : percent === 100 ? "-100%" : "-50%";
  return { "--at": `${percent}%`, "--back": back } as CSSProperties;
}

function observedOf(
  form: ServiceForm,
  live: LiveTraffic,
  versions: readonly string[],
  applied: readonly number[] | null,
) {
  if (live.graph === null) return { observed: null, follows: null };
  const traffic = trafficOf(form, live, versions);
  const observed = observedShares(traffic);
  return { observed, follows: applied === null ? null : follows(observed, applied) };
}

function trafficOf(form: ServiceForm, live: LiveTraffic, versions: readonly string[]) {
  const known = versions.map((name) => ({
    name,
    workloads: form.wanted.versions.find((version) => version.name === name)?.workloads ?? [],
  }));
  return trafficByVersion(live.graph ?? { edges: [] }, form.service, known, live.seconds);
}

function Live({
  form,
  rule,
  split,
  stable,
  live,
  candidate,
}: Parts & { readonly live: LiveTraffic; readonly candidate: number }) {
  const { graph, error, window, seconds } = live;
  const traffic = trafficOf(form, live, split.versions);
  const [one, other] = [traffic[stable], traffic[candidate]];
  const earlier = rule === null ? 0 : form.wanted.rules.findIndex((each) => ruleKey(each) === ruleKey(rule));
  const down = graph?.sources.find(({ kind, state }) => kind === "prometheus" && state === "down");
  return (
    <>
      {error !== null && (
        <div className="mt-4">
          <Notice tone="degraded" role="status" title="The live traffic can’t be read.">
            {problemOf(error).detail} The form works without it.
          </Notice>
        </div>
      )}
      {down !== undefined && (
        <div className="mt-4">
          <Notice tone="degraded" role="status" title={`Prometheus “${down.name}” doesn’t answer.`}>
            The numbers below are old. The form works without them.
          </Notice>
        </div>
      )}
      {graph !== null && one !== undefined && other !== undefined && (
        <>
          <CandidateTable stable={one} candidate={other} window={window} />
          <Callers
            rows={callersOf(graph, traffic, other.version, split.percents[candidate] ?? 0, seconds)}
            candidate={other.version}
            namespace={form.service.namespace}
            bounded={earlier > 0}
          />
        </>
      )}
      {graph === null && error === null && <p className="mt-4 text-ink-3">Reading the traffic…</p>}
      <Checks
        routing={form.wanted}
        receiving={split.versions.filter((_, index) => (split.percents[index] ?? 0) > 0)}
        draft={form.draft}
      />
    </>
  );
}

/** Back to the stable version, from wherever the form is: the plan is made at once, from what the cluster has. */
function Abort({ form, rule, split, stable }: Parts) {
  const version = split.versions[stable];
  if (version === undefined || split.versions.length < 2) return null;
  const abort = () => {
    const appliedRule =
      rule === null ? null : (splittable(form.applied).find((one) => ruleKey(one) === ruleKey(rule)) ?? null);
    const own = splitOf(form.applied, appliedRule ?? defaultRule(form.applied));
    const at = own.versions.indexOf(version);
    if (at < 0) return;
    const parts = { form, rule: appliedRule ?? defaultRule(form.applied), split: own, stable: at };
    const asked = form.draft.change(intentOf(parts, onlyTo(own.percents, at)), "cluster");
    if (asked !== null) void form.flow.make({ cluster: form.service.cluster, ...asked });
  };
  return (
    <Chip
      tone="failing"
      className="h-8"
      disabled={form.verdict.forbidden !== null || form.flow.state.phase === "applying"}
      title={form.verdict.forbidden ?? `Plans all traffic to ${version}; you read and apply it`}
      onClick={abort}
    >
      Abort: all to {version}
    </Chip>
  );
}

function Alone({ versions }: { readonly versions: readonly string[] }) {
  return (
    <div className="mt-6 max-w-prose">
      <h2 className="text-[15px] font-semibold">
        {versions.length === 0 ? "It has no versions" : `It has one version, ${versions[0]}`}
      </h2>
      <p className="mt-2 text-ink-2">
        Traffic can be shifted between workloads of the service that differ in the label version, between subsets of its
        DestinationRule, or between the backends of its HTTPRoute. Start the second one, and it appears here.
      </p>
    </div>
  );
}
