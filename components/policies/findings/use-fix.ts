"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import type { WireFinding } from "#lib/api/findings.ts";
import { problemOf } from "#lib/errors.ts";
import { shown } from "#lib/policy/clean.ts";
import type { Fix } from "#lib/policy/finding.ts";
import { canPlan, carryOut } from "#lib/policy/fix.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { makePlan } from "#lib/query/plans.ts";
import { policyQuery } from "#lib/query/policies.ts";
import type { PlanFlow } from "../plan/use-plan-flow.ts";

/** What the wire brought, as the pure code takes it. */
export const fixOf = ({ fix }: Pick<WireFinding, "fix">): Fix => fix;

/** Whether there is something to plan, rather than advice. */
export const plannable = (finding: Pick<WireFinding, "fix">): boolean => canPlan(fixOf(finding));

/** Opens a finding's fix as a plan, of the object as it is now. */
export function useFix(flow: PlanFlow): (finding: Pick<WireFinding, "object" | "fix">) => void {
  const queries = useQueryClient();
  return useCallback(
    (finding) => {
      const { object } = finding;
      const fix = fixOf(finding);
      void flow.ask(async () => {
        try {
          const own =
            fix.edits.length === 0 ? null : await queries.fetchQuery({ ...policyQuery(object), retry: false });
          const manifest = own === null ? EMPTY : shown(own.manifest);
          return await makePlan({ cluster: object.cluster, ...carryOut(fix, manifest) });
        } catch (thrown) {
          return { ok: false, problem: problemOf(thrown) };
        }
      });
    },
    [flow, queries],
  );
}

const EMPTY: Manifest = { apiVersion: "", kind: "", metadata: { name: "" } };
