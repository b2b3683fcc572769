"use client";

import { useSyncExternalStore } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { currentSecond, serverSecond, subscribeSeconds } from "#components/shell/clock.ts";
import { sayInstant } from "#components/shell/instant.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Section } from "#components/ui/section.tsx";
import type { FaultIntent, ServiceRef } from "#lib/policy/intent.ts";
import { ChoiceField, CountField, checkPercent, DurationField, TextField } from "../fields.tsx";
import type { ServiceForm } from "../service-change.tsx";
import { ServiceTraffic } from "../service-traffic.tsx";
import { RuleChange, type RuleForm } from "./rule-change.tsx";

/** Delays and failures made on purpose, with an end. */
export function FaultPage({ service }: { readonly service: ServiceRef }) {
  return <RuleChange service={service} action="fault" title="Inject faults" form={Form} />;
}

const LIVES = [
  { value: "10", title: "10 minutes" },
  { value: "30", title: "30 minutes" },
  { value: "60", title: "1 hour" },
  { value: "240", title: "4 hours" },
] as const;

function Form({ form, rule, on, picker }: RuleForm) {
  const { disabled } = form;
  const second = useSyncExternalStore(subscribeSeconds, currentSecond, serverSecond);
  const fault = rule?.fault ?? null;
  const delay = fault?.delay ?? null;
  const abort = fault?.abort ?? null;
  const status = abort === null ? null : /\d{3}/.exec(abort.status);
  const until = (minutes: number) => new Date((second + minutes * 60) * 1000).toISOString().replace(".000", "");
  const wish = (intent: Pick<FaultIntent, "delay" | "abort" | "until">) =>
    form.change({
      kind: "fault",
      ...on,
      // A fault that has no end yet gets one with its first setting.
      ...(fault?.until === null || fault === null ? { until: until(30) } : {}),
      ...intent,
    });
  return (
    <>
      <ActiveFault form={form} second={second} />
      {picker}
      <Section title="Delay">
        <TextField
          label="Calls delayed, percent"
          value={delay === null ? null : String(delay.percent)}
          disabled={disabled}
          hint="Empty: none is delayed."
          check={checkPercent}
          onChange={(percent) =>
            wish({
              delay: percent === null ? null : { percent: Number(percent), fixedDelay: delay?.fixedDelay ?? "1s" },
            })
          }
        />
        <DurationField
          label="Delayed by"
          value={delay?.fixedDelay ?? null}
          disabled={disabled || delay === null}
          onChange={(fixedDelay) => {
            if (delay !== null && fixedDelay !== null) wish({ delay: { percent: delay.percent, fixedDelay } });
          }}
        />
      </Section>
      <Section title="Abort">
        <TextField
          label="Calls aborted, percent"
          value={abort === null ? null : String(abort.percent)}
          disabled={disabled || (abort !== null && status === null)}
          hint="Empty: none is aborted."
          check={checkPercent}
          onChange={(percent) =>
            wish({
              abort: percent === null ? null : { percent: Number(percent), httpStatus: Number(status?.[0] ?? 503) },
            })
          }
        />
        {abort !== null && status === null ? (
          <p className="border-t border-line py-1.5 text-ink-2">Answered with {abort.status}: change it in the YAML.</p>
        ) : (
          <CountField
            label="Answered with HTTP status"
            value={status === null ? null : Number(status[0])}
            min={200}
            max={599}
            disabled={disabled || abort === null}
            onChange={(httpStatus) => {
              if (abort !== null && httpStatus !== null) wish({ abort: { percent: abort.percent, httpStatus } });
            }}
          />
        )}
      </Section>
      <Section title="Time to live">
        <ChoiceField
          label={fault?.until == null ? "Reminds after" : `Reminds at ${sayInstant(fault.until)}; instead after`}
          value=""
          disabled={disabled || fault === null}
          options={[
            { value: "", title: fault?.until == null ? "no end is set" : "keep" },
            ...LIVES.map(({ value, title }) => ({ value, title })),
          ]}
          hint="Kept with the object. The mesh doesn’t end a fault by itself: the console reminds of it and offers its removal."
          onChange={(minutes) => {
            if (minutes !== "") wish({ until: until(Number(minutes)) });
          }}
        />
      </Section>
      <ServiceTraffic form={form} />
    </>
  );
}

/** That faults are in effect on the cluster, until when, and the way to take them away. */
function ActiveFault({ form, second }: { readonly form: ServiceForm; readonly second: number }) {
  const faulty = form.applied.rules.filter(
    ({ fault }) => fault !== null && (fault.delay !== null || fault.abort !== null),
  );
  const [first] = faulty;
  if (first === undefined) return null;
  const until = first.fault?.until ?? null;
  const over = until !== null && second > 0 && Date.parse(until) / 1000 <= second;
  const { cluster, namespace, name } = form.service;
  return (
    <div className="mt-4">
      <Notice
        tone={over ? "failing" : "degraded"}
        role="status"
        title={
          until === null
            ? "A fault is active, without an end."
            : over
              ? `A fault should have ended at ${sayInstant(until)}.`
              : `A fault is active until ${sayInstant(until)}.`
        }
        action={
          <Chip
            disabled={form.disabled}
            onClick={() =>
              form.change({
                kind: "fault",
                service: { cluster, namespace, name },
                rule: { object: first.object, path: first.path },
                ...{ delay: null, abort: null },
              })
            }
          >
            Remove it
          </Chip>
        }
      >
        {faulty.length > 1 && `${faulty.length} rules have one. `}
        Calls are delayed or fail on purpose.
      </Notice>
    </div>
  );
}
