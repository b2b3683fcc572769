"use client";

import { useState } from "react";
import type { RouteRule } from "#lib/policy/routing.ts";
import type { ServiceForm } from "../service-change.tsx";
import { defaultRule, ruleKey, ruleRef, splittable } from "../shift/split.ts";

/** The rule that a form edits, and what its intents begin with. */
export function useRule() {
  const [choice, setChoice] = useState<string | null>(null);
  return {
    onRule: (rule: RouteRule) => setChoice(ruleKey(rule)),
    of: (form: ServiceForm) => {
      const rules = splittable(form.wanted).filter(({ protocol }) => protocol === "http" || protocol === "grpc");
      const rule =
        rules.find((one) => ruleKey(one) === choice) ??
        (rules.length === 0 ? null : defaultRule({ ...form.wanted, rules }));
      const { cluster, namespace, name } = form.service;
      return {
        rules,
        rule,
        on: { service: { cluster, namespace, name }, ...(rule === null ? {} : { rule: ruleRef(rule) }) },
      };
    },
  };
}

export type ChosenRule = ReturnType<ReturnType<typeof useRule>["of"]>;
