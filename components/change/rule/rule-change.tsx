"use client";

import { type ReactNode, useState } from "react";
import type { ServiceRef } from "#lib/policy/intent.ts";
import type { RouteRule } from "#lib/policy/routing.ts";
import { RulePicker } from "../rule-picker.tsx";
import { ServiceChange, type ServiceForm } from "../service-change.tsx";
import { defaultRule, ruleKey, ruleRef, splittable } from "../shift/split.ts";

/** What a form of one rule gets. */
export interface RuleForm {
  readonly form: ServiceForm;
  /** null: the service has none. */
  readonly rule: RouteRule | null;
  /** What its intents begin with. */
  readonly on: { readonly service: ServiceRef; readonly rule?: ReturnType<typeof ruleRef> };
  /** Where another rule is chosen. */
  readonly picker: ReactNode;
}

/** The frame of forms that edit one rule of a service. */
export function RuleChange({
  service,
  action,
  title,
  form: Form,
}: {
  readonly service: ServiceRef;
  readonly action: string;
  readonly title: string;
  readonly form: (props: RuleForm) => ReactNode;
}) {
  const [choice, setChoice] = useState<string | null>(null);
  return (
    <ServiceChange service={service} action={action} title={title}>
      {(form) => {
        const rules = splittable(form.wanted).filter(({ protocol }) => protocol === "http" || protocol === "grpc");
        const rule =
          rules.find((one) => ruleKey(one) === choice) ??
          (rules.length === 0 ? null : defaultRule({ ...form.wanted, rules }));
        return (
          <Form
            form={form}
            rule={rule}
            on={{ service, ...(rule === null ? {} : { rule: ruleRef(rule) }) }}
            picker={<RulePicker rules={rules} rule={rule} onChoose={(one) => setChoice(ruleKey(one))} />}
          />
        );
      }}
    </ServiceChange>
  );
}
