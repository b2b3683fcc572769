"use client";

import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import type { ResilienceIntent, ServiceRef } from "#lib/policy/intent.ts";
import { CountField, DurationField, TextField } from "../fields.tsx";
import { ServiceTraffic } from "../service-traffic.tsx";
import { spellOut } from "./load.ts";
import { RuleChange, type RuleForm } from "./rule-change.tsx";

/** How long callers wait, and how often they try again. */
export function ResiliencePage({ service }: { readonly service: ServiceRef }) {
  return <RuleChange service={service} action="resilience" title="Timeouts and retries" form={Form} />;
}

function Form({ form, rule, on, picker }: RuleForm) {
  const { disabled } = form;
  const now = { timeout: rule?.timeout ?? null, retries: rule?.retries ?? null };
  const spelled = spellOut(now);
  const wish = (intent: Omit<ResilienceIntent, "kind" | "service" | "rule">) =>
    form.change({ kind: "resilience", ...on, ...intent });
  const retries = (patch: {
    readonly attempts?: number;
    readonly perTryTimeout?: string | null;
    readonly retryOn?: string | null;
    readonly backoff?: string | null;
  }) => {
    const { attempts, perTryTimeout, retryOn, backoff } = {
      ...{ attempts: 2, perTryTimeout: null, retryOn: null, backoff: null },
      ...now.retries,
      ...patch,
    };
    wish({
      retries: {
        attempts,
        ...(perTryTimeout === null ? {} : { perTryTimeout }),
        ...(retryOn === null ? {} : { retryOn }),
        ...(backoff === null ? {} : { backoff }),
      },
    });
  };
  const off = now.retries?.attempts === 0;
  return (
    <>
      {picker}
      <Section title="Timeout">
        <DurationField
          label="A call ends after"
          value={now.timeout}
          disabled={disabled}
          hint="Of all its tries together. Empty: no timeout of the mesh."
          onChange={(timeout) => wish({ timeout })}
        />
      </Section>
      <Section title="Retries">
        <CountField
          label="Retries after the first try"
          value={now.retries?.attempts ?? null}
          max={10}
          disabled={disabled}
          hint="0 switches them off. Empty: Istio’s default counts."
          onChange={(attempts) => (attempts === null ? wish({ retries: null }) : retries({ attempts }))}
        />
        <DurationField
          label="Each try ends after"
          value={now.retries?.perTryTimeout ?? null}
          disabled={disabled || off}
          onChange={(perTryTimeout) => retries({ perTryTimeout })}
        />
        <TextField
          label="Retry on"
          value={now.retries?.retryOn ?? null}
          disabled={disabled || off}
          wide
          placeholder="connect-failure,refused-stream,503"
          hint="Envoy’s conditions or status codes, separated by commas."
          check={(text) =>
            /^[a-z0-9-]+(,[a-z0-9-]+)*$/i.test(text) ? null : "Words and codes separated by commas, without spaces."
          }
          onChange={(retryOn) => retries({ retryOn })}
        />
        <DurationField
          label="Back-off from"
          value={now.retries?.backoff ?? null}
          disabled={disabled || off}
          hint="Doubles with each retry, with chance in it."
          onChange={(backoff) => retries({ backoff })}
        />
      </Section>
      <Section title="What that comes to">
        <ul aria-live="polite">
          {spelled.lines.map((line) => (
            <li key={line} className="border-t border-line py-1.5">
              {line}
            </li>
          ))}
        </ul>
        {spelled.warning !== null && <Notice tone="degraded">◣ {spelled.warning}</Notice>}
      </Section>
      <ServiceTraffic form={form} timeout={now.timeout} />
    </>
  );
}
