"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { type FormEvent, useMemo } from "react";
import { Blank } from "#components/policies/notice.tsx";
import { Chip } from "#components/ui/chip.tsx";
import { useReady } from "#components/ui/ready.ts";
import { traceHref } from "../one/links.ts";
import { useAnswer, useTrace } from "../one/use-trace.ts";
import { PathTable } from "./path-table.tsx";
import { Side } from "./side.tsx";

const NOTHING = {};

/** Two traces: what both called, what only one did, and where the time differs. */
export function ComparePage() {
  const params = useSearchParams();
  const [a, b] = [params.get("a") ?? "", params.get("b") ?? ""];
  useReady(a === "" || b === "");
  return (
    <main className="flex min-h-0 min-w-0 flex-col max-md:overflow-auto">
      <header className="px-4 pt-3 max-sm:px-2">
        <nav aria-label="Where" className="flex items-center gap-2 text-ink-3">
          <Link href="/traces" prefetch={false} className="text-ink-2 underline-offset-2 hover:underline">
            Traces
          </Link>
          <span aria-hidden="true">/</span>
        </nav>
        <h1 className="mt-0.5 text-[19px] leading-tight font-semibold">Compare two traces</h1>
      </header>
      <Choice key={`${a} ${b}`} a={a} b={b} />
      {a === "" || b === "" ? (
        <Blank title="Which two?">Write the ids of two traces above. The second is compared with the first.</Blank>
      ) : (
        <Compared a={a} b={b} backends={params.get("backends") ?? ""} />
      )}
    </main>
  );
}

function Choice({ a, b }: { readonly a: string; readonly b: string }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const params = new URLSearchParams(window.location.search);
    for (const key of ["a", "b"]) params.set(key, String(form.get(key) ?? "").trim());
    window.history.pushState(null, "", `${window.location.pathname}?${params}`);
  };
  return (
    <form onSubmit={submit} className="flex flex-wrap items-end gap-3 px-4 py-3 max-sm:px-2">
      {(
        [
          ["a", "First trace", a],
          ["b", "Second trace", b],
        ] as const
      ).map(([name, title, value]) => (
        <label key={name} className="flex flex-col gap-1 text-[11px] text-ink-3">
          {title}
          <input
            name={name}
            defaultValue={value}
            className="h-7 w-72 max-w-full rounded-md border border-line bg-sunken px-2 font-mono text-[11.5px] text-ink"
          />
        </label>
      ))}
      <Chip type="submit">Compare</Chip>
    </form>
  );
}

function Compared({ a, b, backends }: { readonly a: string; readonly b: string; readonly backends: string }) {
  const names = useMemo(() => backends.split(",").filter((name) => name !== ""), [backends]);
  const [first, second] = [useTrace(a, names, true), useTrace(b, names, true)];
  const one = first.state.phase === "shown" ? first.state.picture : null;
  const other = second.state.phase === "shown" ? second.state.picture : null;
  const otherFlame = useAnswer(second.handle, other, "flame", NOTHING)?.answer ?? null;
  const failed = first.state.phase === "failed" || second.state.phase === "failed";
  const than = useMemo(
    () =>
      other === null || otherFlame === null
        ? null
        : { picture: { services: other.services, names: other.names }, flame: otherFlame },
    [other, otherFlame],
  );
  useReady(failed);
  return (
    <>
      <div className="grid grid-cols-2 gap-px border-y border-line bg-line max-md:grid-cols-1">
        <Side title="First" source={first} href={traceHref(a, "")} than={null} />
        <Side title="Second" source={second} href={traceHref(b, "")} than={one} />
      </div>
      {one !== null && than !== null && <PathTable handle={first.handle} picture={one} other={than} />}
    </>
  );
}
