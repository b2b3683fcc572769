import Link from "next/link";
import { Section } from "#components/ui/section.tsx";
import { formatPlural } from "#lib/format.ts";
import type { SpanDetail } from "#lib/tracing/view/detail.ts";
import { signedText } from "#lib/tracing/view/words.ts";
import { traceHref } from "./links.ts";
import { TagList } from "./tag-table.tsx";

/** What happened during the span, each at its time. */
export function SpanEvents({ events }: Pick<SpanDetail, "events">) {
  if (events.length === 0) return null;
  return (
    <Section title="Events" aside={formatPlural(events.length, "event")}>
      <ol>
        {events.map(({ at, name, attributes }, index) => (
          <li key={`${index} ${at}`} className="border-t border-line py-1.5">
            <p className="flex justify-between gap-3">
              <bdi className="min-w-0 wrap-anywhere">{name || "no name"}</bdi>
              <span className="shrink-0 text-ink-3 tabular-nums" title="After the span's begin">
                {signedText(at)}
              </span>
            </p>
            {attributes.length > 0 && <TagList label={`Event ${name}`} pairs={attributes} />}
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** Other spans that this one names as related. */
export function SpanLinks({ links }: Pick<SpanDetail, "links">) {
  if (links.length === 0) return null;
  return (
    <Section title="Links" aside={formatPlural(links.length, "link")}>
      <ul>
        {links.map(({ traceId, spanId, attributes }, index) => (
          <li key={`${index} ${traceId}`} className="border-t border-line py-1.5">
            <Link
              href={traceHref(traceId, spanId)}
              prefetch={false}
              className="font-mono text-[11.5px] text-accent underline-offset-2 wrap-anywhere hover:underline"
            >
              {traceId} / {spanId || "no span"}
            </Link>
            {attributes.length > 0 && <TagList label={`Link ${spanId}`} pairs={attributes} />}
          </li>
        ))}
      </ul>
    </Section>
  );
}
