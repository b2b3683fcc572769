"use client";

import { useQuery } from "@tanstack/react-query";
import { usePathname, useSearchParams } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Notice } from "#components/policies/notice.tsx";
import { SilentNote } from "#components/policies/silent-note.tsx";
import { useUrl } from "#components/shell/use-url.ts";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { problemOf } from "#lib/errors.ts";
import { QueryProvider } from "#lib/query/client.tsx";
import { simulationQuery } from "#lib/query/security.ts";
import { useSession } from "#lib/query/session.tsx";
import { SimulationForm } from "./form.tsx";
import { FIELDS, questionOf } from "./question.ts";
import { SimulationResult } from "./result.tsx";

/** Would this request pass, which way, and why? The form is the address, so that a link asks the same. */
export function SimulatePage() {
  return (
    <QueryProvider>
      <Page />
    </QueryProvider>
  );
}

const onlyOne = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

/** The form is made anew for every address but what it asked itself (`own`): whoever asks keeps the field that they are in. */
function useFormKey(address: string): { readonly key: number; readonly own: (address: string) => void } {
  const [form, setForm] = useState<{ address: string; own: string | null; key: number }>({
    address,
    own: null,
    key: 0,
  });
  if (form.address !== address) {
    const mine = form.own === address;
    setForm({ address, own: null, key: mine ? form.key : form.key + 1 });
  }
  return { key: form.key, own: (next) => setForm((now) => ({ ...now, own: next })) };
}

function Page() {
  const path = usePathname();
  const { clusters } = useSession().session;
  const cluster = onlyOne(useUrl().state.view.clusters) ?? onlyOne(clusters) ?? "";
  const params = new URLSearchParams(useSearchParams().toString());
  const address = params.toString();
  const { key, own } = useFormKey(address);
  const question = questionOf(params);
  const asked = question === null || typeof question === "string" ? null : question;
  const { data, error, refetch } = useQuery(simulationQuery(asked));
  const settled = asked === null || data !== undefined || error !== null;
  useReady(settled);
  // On a small screen the answer is below the form that asked for it.
  const answer = useRef<HTMLDivElement>(null);
  const awaited = useRef(false);
  useEffect(() => {
    if (!settled || !awaited.current) return;
    awaited.current = false;
    answer.current?.scrollIntoView({ block: "nearest" });
  }, [settled, address]);
  const ask = (fields: FormData) => {
    const next = new URLSearchParams();
    for (const key of FIELDS) {
      const value = fields.get(key);
      if (typeof value === "string" && value.trim() !== "") next.set(key, value.trim());
    }
    awaited.current = true;
    own(next.toString());
    window.history.pushState(null, "", `${path}?${next}`);
  };
  return (
    <main className="min-h-0 min-w-0 overflow-auto px-5 pb-10 max-sm:px-3">
      <h1 className="mt-4 text-[19px] leading-tight font-semibold">Would this request pass?</h1>
      <p className="mt-1 max-w-[90ch] text-ink-2">What is left empty isn’t known, and is never guessed.</p>
      <SimulationForm key={key} params={params} cluster={cluster} ask={ask} />
      <div ref={answer} className="mt-4">
        {typeof question === "string" && <Notice role="status">{question}</Notice>}
        {asked !== null && data === undefined && error === null && <p className="text-ink-3">Working it out…</p>}
        {asked !== null && error !== null && (
          <Notice
            tone="failing"
            title="It could not be worked out."
            role="alert"
            action={<Chip onClick={() => void refetch()}>Retry now</Chip>}
          >
            {problemOf(error).detail}
          </Notice>
        )}
        {asked !== null && <SilentNote since={data?.silentSince} />}
        {asked !== null && data !== undefined && <SimulationResult simulation={data} />}
      </div>
      <p className="mt-8 max-w-[90ch] text-[11px] text-ink-3">
        Worked out from the objects by Istio’s rules, for calls of sidecars, of ambient workloads and from outside the
        mesh. Our tests compare the routes of sidecars and gateways, and what sidecars let in and send, with a running
        istiod and Envoy; who is let in elsewhere, ambient workloads and external authorizers haven’t been.
      </p>
    </main>
  );
}
