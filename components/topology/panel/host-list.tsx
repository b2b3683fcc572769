import { Name } from "#components/ui/name.tsx";
import { Section } from "#components/ui/section.tsx";
import { formatRate } from "#lib/format.ts";
import type { PerSecond } from "#lib/units.ts";
import { ranked } from "./responses.tsx";

/** More hosts than this are named by their number: hosts come from whatever callers put into a header. */
const HOSTS = 8;

/** Names under which callers asked, most asked for first; nothing where there are none. */
export function HostList({
  title,
  rates,
  unit,
  more = 0,
}: {
  readonly title: string;
  readonly rates: Readonly<Record<string, PerSecond>>;
  readonly unit: "req/s" | "conn/s";
  /** Hosts that aren't among the rates. */
  readonly more?: number;
}) {
  const hosts = ranked(rates);
  if (hosts.length === 0) return null;
  return (
    <Section title={title}>
      <dl>
        {hosts.slice(0, HOSTS).map(([host, rate]) => (
          <div key={host} className="flex justify-between gap-4 border-t border-line py-[5px]">
            <dt className="min-w-0">
              <Name text={host} />
            </dt>
            <dd className="shrink-0">{formatRate(rate, unit)}</dd>
          </div>
        ))}
      </dl>
      {hosts.length + more > HOSTS && <p className="mt-1 text-ink-3">and {hosts.length + more - HOSTS} more</p>}
    </Section>
  );
}
