"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { useMayWrite } from "#components/change/rights.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import type { Reminder } from "#lib/api/reminders.ts";
import { problemOf } from "#lib/errors.ts";
import { formatPlural } from "#lib/format.ts";
import { withoutFaults } from "#lib/mesh/policies.ts";
import { kindKey } from "#lib/policy/kind.ts";
import type { Plan } from "#lib/policy/plan.ts";
import { refKey } from "#lib/policy/ref.ts";
import { closePlan, planSettle, remindersQuery } from "#lib/query/changes.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { makePlan, type Outcome, planRevert } from "#lib/query/plans.ts";
import { policyQuery } from "#lib/query/policies.ts";
import { PlanSheet } from "./changes/plan-sheet.tsx";
import { ObjectLink } from "./links.tsx";
import { Notice } from "./notice.tsx";
import { type PlanFlow, usePlanFlow } from "./plan/use-plan-flow.ts";

/** More than these are read on the page of changes. */
const SHOWN = 3;
const ALL_AT = "/policies/changes";
/** Who may not see a place is told so by the page itself. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["unauthorised", "reauth", "forbidden"]);

/** What was meant to end and what didn't come to an end, with the way out. Nothing where there is nothing. */
export function Reminders() {
  return (
    <QueryProvider>
      <Banner />
    </QueryProvider>
  );
}

function Banner() {
  const { clusters, namespaces } = useUrl().state.view;
  const all = usePathname() === ALL_AT;
  const { data, error, refetch } = useQuery(remindersQuery(clusters, namespaces));
  const flow = usePlanFlow();
  const [settling, setSettling] = useState<Reminder | null>(null);
  if (data === undefined) {
    if (error === null || TOLD_ELSEWHERE.has(problemOf(error).code)) return null;
    return (
      <div className="border-b border-line p-2">
        <Notice tone="degraded" action={<Chip onClick={() => void refetch()}>Retry now</Chip>}>
          Whether a fault is active or a plan stopped half way could not be read: {problemOf(error).detail}
        </Notice>
      </div>
    );
  }
  const shown = all ? data.items : data.items.slice(0, SHOWN);
  if (shown.length === 0 && flow.state.phase === "none") return null;
  const more = data.items.length - shown.length;
  return (
    <section aria-label="Reminders" className="flex flex-col gap-2 border-b border-line p-2 empty:hidden">
      {shown.map((item) => (
        <Item
          key={`${item.kind} ${item.plan?.id ?? refKey(item.object)}`}
          item={item}
          flow={flow}
          onAsk={() => setSettling(item.kind === "half-done" ? item : null)}
        />
      ))}
      {more > 0 && (
        <Link href={ALL_AT} prefetch={false} className="px-3 text-ink-2 underline">
          {more} more
        </Link>
      )}
      <PlanSheet flow={flow} label="Plan">
        {settling !== null && <Settled item={settling} flow={flow} />}
      </PlanSheet>
    </section>
  );
}

function Item({ item, flow, onAsk }: { readonly item: Reminder; readonly flow: PlanFlow; readonly onAsk: () => void }) {
  const { object, plan } = item;
  const { forbidden } = useMayWrite({ ...object, kinds: [kindKey(object)] });
  const ask = (question: () => Promise<Outcome<Plan>>) => {
    onAsk();
    void flow.ask(question);
  };
  const button = (text: string, question: () => Promise<Outcome<Plan>>) => (
    <Chip disabled={forbidden !== null} title={forbidden ?? undefined} onClick={() => ask(question)}>
      {text}
    </Chip>
  );
  const settle = (how: "finish" | "back") => () => planSettle(object.cluster, plan?.id ?? "", how);
  const { changeId } = item;
  const wrote = plan !== undefined && plan.untouched < plan.of;
  return (
    <Notice
      tone={item.overdue ? "failing" : "degraded"}
      role="status"
      action={
        <>
          {item.kind === "fault" && <RemoveFault item={item} button={button} />}
          {item.kind === "dry-run" && button("Remove now", () => makePlan(taking(object)))}
          {item.kind === "dry-run" && changeId !== undefined && button("Take back", () => planRevert(changeId))}
          {wrote && plan.written < plan.of && button("Finish", settle("finish"))}
          {wrote && button("Take back", settle("back"))}
          {plan !== undefined && <CloseButton item={item} forbidden={forbidden} />}
        </>
      }
    >
      <Sentence item={item} />
    </Notice>
  );
}

/** What is so, in a sentence; instants where the viewer is. */
function Sentence({ item }: { readonly item: Reminder }) {
  const { kind, object, since, until, overdue, text, plan } = item;
  const end = until === null ? null : sayInstant(until);
  if (kind === "half-done")
    return (
      <>
        <strong className="font-semibold">A plan of {plan?.who ?? "somebody unknown"} stopped half way</strong>
        {since !== null && ` at ${sayInstant(since)}`}: {text}
        {plan !== undefined && plan.written + plan.untouched < plan.of && ", of others it isn’t known"}, first{" "}
        <ObjectLink object={object} />.
      </>
    );
  if (kind === "dry-run")
    return (
      <>
        <strong className="font-semibold">{overdue ? "A dry run is overdue" : "A dry run is on"}</strong>:{" "}
        <ObjectLink object={object} /> {text} {overdue ? `and was to end at ${end}` : `until ${end}`}. Enforce it or
        take it away.
      </>
    );
  return (
    <>
      <strong className="font-semibold">{overdue ? "A fault is overdue" : "A fault is active"}</strong> on{" "}
      <ObjectLink object={object} />
      {end === null ? " and has no end" : overdue ? `: it was to end at ${end}` : ` until ${end}`}: {text}.
    </>
  );
}

/** A policy that is only tried refuses nobody: it goes as a whole. */
const taking = (object: Reminder["object"]) => ({ cluster: object.cluster, manifests: [], deletions: [object] });

function RemoveFault({
  item: { object },
  button,
}: {
  readonly item: Reminder;
  readonly button: (text: string, question: () => Promise<Outcome<Plan>>) => React.ReactNode;
}) {
  const queries = useQueryClient();
  return button("Remove now", async () => {
    try {
      // As it is now, not as a list remembers it.
      const { manifest } = await queries.fetchQuery({ ...policyQuery(object), staleTime: 0 });
      const manifests = [withoutFaults(manifest)];
      return await makePlan({ cluster: object.cluster, manifests, deletions: [] });
    } catch (thrown) {
      return { ok: false, problem: problemOf(thrown) };
    }
  });
}

type Closing = "no" | "busy" | "done" | { readonly detail: string };

function useClosing({ object, plan }: Reminder) {
  const [closing, setClosing] = useState<Closing>("no");
  const queries = useQueryClient();
  const run = async () => {
    setClosing("busy");
    const outcome = await closePlan(object.cluster, plan?.id ?? "");
    // Closed already: whoever did it, there is nothing left to be reminded of.
    const gone = !outcome.ok && outcome.problem.code === "not_found";
    setClosing(outcome.ok || gone ? "done" : { detail: outcome.problem.detail });
    void queries.invalidateQueries();
  };
  return { closing, run };
}

/** Leaves the objects as they are, and ends the reminder. */
function CloseButton({ item, forbidden }: { readonly item: Reminder; readonly forbidden: string | null }) {
  const { closing, run } = useClosing(item);
  const nothing = item.plan !== undefined && item.plan.untouched === item.plan.of;
  return (
    <>
      <Chip
        tone="quiet"
        disabled={forbidden !== null || closing === "busy" || closing === "done"}
        title={forbidden ?? "Changes no object: its records say what became of each"}
        onClick={() => void run()}
      >
        {closing === "done" ? "Closed" : nothing ? "Discard" : "Leave it so"}
      </Chip>
      {typeof closing === "object" && (
        <span role="alert" className="basis-full text-failing">
          {closing.detail}
        </span>
      )}
    </>
  );
}

/** Once a half-done plan was dealt with, its records are closed. */
function Settled({ item, flow }: { readonly item: Reminder; readonly flow: PlanFlow }) {
  const { closing, run } = useClosing(item);
  const { state } = flow;
  const nothing = state.phase === "ready" && state.plan.steps.length === 0;
  const done = state.phase === "applied" && state.applied.steps.every(({ result }) => FINE.has(result));
  const asked = useRef(false);
  useEffect(() => {
    if (!done || asked.current) return;
    asked.current = true;
    void run();
  }, [done, run]);
  if (!nothing && !done) return null;
  const text = closing === "done" ? "The plan is closed: nothing reminds of it any more." : null;
  return (
    <Notice
      role="status"
      action={
        closing !== "done" && (
          <Chip disabled={closing === "busy"} onClick={() => void run()}>
            Close the plan
          </Chip>
        )
      }
    >
      {text ??
        (typeof closing === "object"
          ? closing.detail
          : nothing
            ? `Nothing is left to be written: ${formatPlural(item.plan?.of ?? 0, "object")} checked.`
            : "Closing the plan…")}
    </Notice>
  );
}

const FINE: ReadonlySet<string> = new Set(["applied", "unchanged"]);
