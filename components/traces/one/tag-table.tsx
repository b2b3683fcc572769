"use client";

import { useState } from "react";
import { Section } from "#components/ui/section.tsx";
import { formatCount, formatPlural } from "#lib/format.ts";
import type { TagPairs } from "#lib/tracing/view/detail.ts";

/** Characters of a value that are shown until somebody asks for more. */
const SHOWN = 400;

/** Keys and values as they came: text and nothing else, whatever stands in them. */
export function TagTable({ title, pairs }: { readonly title: string; readonly pairs: TagPairs }) {
  if (pairs.length === 0) return null;
  return (
    <Section title={title} aside={formatPlural(pairs.length, "entry", "entries")}>
      <TagList label={title} pairs={pairs} />
    </Section>
  );
}

export function TagList({ label, pairs }: { readonly label: string; readonly pairs: TagPairs }) {
  return (
    <table aria-label={label} className="w-full table-fixed border-collapse font-mono text-[11.5px]">
      <tbody>
        {pairs.map(([key, value], at) => (
          <tr key={`${at} ${key}`} className="align-top">
            <th
              scope="row"
              className="w-[42%] border-t border-line py-1 pr-3 text-left font-normal text-ink-2 wrap-anywhere"
            >
              <bdi>{key}</bdi>
            </th>
            <td className="border-t border-line py-1 wrap-anywhere whitespace-pre-wrap">
              <Value text={String(value)} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Value({ text }: { readonly text: string }) {
  const [whole, setWhole] = useState(false);
  if (text.length <= SHOWN || whole) return <bdi>{text}</bdi>;
  return (
    <>
      <bdi>{text.slice(0, SHOWN)}…</bdi>{" "}
      <button type="button" onClick={() => setWhole(true)} className="font-sans text-accent">
        Show all {formatCount(text.length)} characters
      </button>
    </>
  );
}
