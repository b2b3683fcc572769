"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import { useReady } from "#components/ui/ready.ts";
import { Fact, Section } from "#components/ui/section.tsx";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { problemOf } from "#lib/errors.ts";
import { type ObjectRef, refText } from "#lib/policy/ref.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { policyQuery } from "#lib/query/policies.ts";
import { FindingItem } from "../findings/finding-item.tsx";
import { useFix } from "../findings/use-fix.ts";
import { tally } from "../findings/words.ts";
import { Blank, Notice } from "../notice.tsx";
import { PlanPanel } from "../plan/plan-panel.tsx";
import { usePlanFlow } from "../plan/use-plan-flow.ts";
import { ManagedBy } from "../tool-mark.tsx";
import { When } from "../when.tsx";
import { AREAS, ownerSentence } from "../words.ts";
import { Conditions } from "./conditions.tsx";
import { EntryHosts } from "./entry-hosts.tsx";
import { History } from "./history.tsx";
import { ObjectEditor } from "./object-editor.tsx";
import { References } from "./references.tsx";

/** One object: its text, what it touches, what became of it. */
export function PolicyPage({ object }: { readonly object: ObjectRef }) {
  return (
    <QueryProvider>
      <Page object={object} />
    </QueryProvider>
  );
}

function Page({ object }: { readonly object: ObjectRef }) {
  const { data, error, refetch } = useQuery(policyQuery(object));
  useReady(data !== undefined || error !== null);
  return (
    <main className="min-h-0 min-w-0 overflow-auto">
      <Crumbs object={object} />
      {data === undefined && error === null && <p className="p-4 text-ink-3">Reading {refText(object)}…</p>}
      {data === undefined && error !== null && <NotShown error={error} retry={() => void refetch()} />}
      {data !== undefined && <Loaded key={data.object.name} policy={data} error={error} />}
    </main>
  );
}

function NotShown({ error, retry }: { readonly error: unknown; readonly retry: () => void }) {
  const { code, detail } = problemOf(error);
  const title =
    code === "not_found" ? "It doesn’t exist" : code === "forbidden" ? "You may not see it" : "It could not be read";
  return (
    <Blank
      title={title}
      tone="failing"
      action={
        <>
          <Chip onClick={retry}>Retry now</Chip>
          <Link href="/policies" prefetch={false} className="inline-flex h-7 items-center text-accent underline">
            All policies
          </Link>
        </>
      }
    >
      {detail}
    </Blank>
  );
}

function Crumbs({ object }: { readonly object: ObjectRef }) {
  return (
    <nav aria-label="Where" className="flex min-w-0 items-center gap-2 px-5 pt-4 text-ink-3 max-sm:px-3">
      <Link href="/policies" prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
        Policies
      </Link>
      <span aria-hidden="true">/</span>
      {object.namespace !== null && (
        <>
          <Link
            href={`/policies?namespaces=${encodeURIComponent(object.namespace)}`}
            prefetch={false}
            className="text-ink-2 underline-offset-2 hover:underline"
          >
            {object.namespace}
          </Link>
          <span aria-hidden="true">/</span>
        </>
      )}
      <Name text={object.kind} />
    </nav>
  );
}

function Loaded({ policy, error }: { readonly policy: PolicyAnswer; readonly error: unknown }) {
  const flow = usePlanFlow();
  const fix = useFix(flow);
  const planning = flow.state.phase !== "none";
  const { object } = policy;
  const owner = ownerSentence(policy.owner);
  return (
    <div className="grid items-start gap-x-8 gap-y-2 px-5 pb-10 max-sm:px-3 lg:grid-cols-[minmax(0,1fr)_minmax(320px,420px)]">
      <div className="flex min-w-0 flex-col gap-3">
        <header>
          <h1 className="mt-1 text-[19px] leading-tight font-semibold wrap-anywhere">
            <bdi>{object.name}</bdi>
          </h1>
          <p className="mt-1 text-ink-2">
            {object.kind} · {AREAS[policy.area]} · {object.namespace ?? "whole cluster"} in {object.cluster}
          </p>
        </header>
        {error !== null && (
          <Notice tone="degraded" title="Not refreshed." role="status">
            {problemOf(error).detail}
          </Notice>
        )}
        {owner !== null && (
          <Notice tone={policy.owner?.reverts === true ? "degraded" : "plain"} role="status">
            {owner}
          </Notice>
        )}
        {policy.problem !== null && (
          <Notice tone="degraded" title="Its status says:">
            {policy.problem}
          </Notice>
        )}
        <ObjectEditor policy={policy} flow={flow} />
      </div>
      <aside aria-label="About this object" className="min-w-0 lg:pt-4">
        {planning && (
          <div className="mb-8">
            <PlanPanel flow={flow} onEdit={flow.discard} onDiscard={flow.discard} />
          </div>
        )}
        <dl>
          <Fact name="Selects">
            <span className="wrap-anywhere">{policy.selects}</span>
          </Fact>
          <Fact name="Managed by">
            <ManagedBy item={policy} />
          </Fact>
          <Fact name="Created">
            <When at={policy.createdAt} />
          </Fact>
          <Fact name="Changed">
            <When at={policy.changedAt} />
            {policy.changedBy !== null && <span className="text-ink-2"> by {policy.changedBy}</span>}
          </Fact>
          <Fact name="resourceVersion">{policy.resourceVersion}</Fact>
          <Fact name="Findings">
            {policy.findings === null ? <span className="text-ink-2">not checked yet</span> : tally(policy.findings)}
          </Fact>
        </dl>
        {policy.findings !== null && policy.findings.length > 0 && (
          <Section title="Findings">
            <ul>
              {policy.findings.map((finding) => (
                <FindingItem
                  key={`${finding.code} ${finding.path} ${finding.message}`}
                  finding={finding}
                  onPlan={policy.rights.update || policy.rights.patch ? fix : null}
                />
              ))}
            </ul>
          </Section>
        )}
        <Section title="Field managers">
          <ul>
            {policy.managers.map(({ name, operation, at }) => (
              <li key={`${name} ${operation}`} className="flex justify-between gap-3 border-t border-line py-[5px]">
                <Name text={name} />
                <span className="shrink-0 text-ink-2">
                  {operation} · <When at={at} short />
                </span>
              </li>
            ))}
            {policy.managers.length === 0 && <li className="text-ink-3">The server names none.</li>}
          </ul>
        </Section>
        <EntryHosts object={object} manifest={policy.manifest} />
        <References title="It names" references={policy.references.to} none="No other object." />
        <References title="Named by" references={policy.references.from} none="No other object that you may see." />
        <Conditions manifest={policy.manifest} />
        <History
          records={policy.history}
          onRevert={(id) => void flow.revert(id)}
          mayWrite={policy.rights.update || policy.rights.patch}
          object={object}
        />
      </aside>
    </div>
  );
}
