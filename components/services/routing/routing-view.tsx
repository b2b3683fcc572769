import { clsx } from "clsx";
import { ObjectLink } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import { Section } from "#components/ui/section.tsx";
import { refKey } from "#lib/policy/ref.ts";
import type { Routing } from "#lib/policy/routing.ts";
import { RuleView } from "./rule-view.tsx";
import { VersionTable } from "./version-table.tsx";

/** A service's routing from top to bottom, in the order in which its clients' proxies try it. */
export function RoutingView({ routing }: { readonly routing: Routing }) {
  const { hosts, rules, versions, destinations, notes } = routing;
  return (
    <>
      {notes.length > 0 && (
        <ul className="mt-3 flex flex-col gap-2" aria-label="Notes">
          {notes.map(({ severity, text, object }) => (
            <li key={`${text} ${object === undefined ? "" : refKey(object)}`}>
              <Notice
                tone={severity === "warning" ? "degraded" : "plain"}
                action={object === undefined ? undefined : <ObjectLink object={object} />}
              >
                {severity === "warning" && <span aria-hidden="true">◣ </span>}
                <span className="inline-block first-letter:uppercase">{text}</span>
              </Notice>
            </li>
          ))}
        </ul>
      )}
      <Section title="Called as">
        <ul className="flex flex-wrap gap-x-4 gap-y-1 border-t border-line pt-1.5">
          {hosts.map((host, index) => (
            <li key={host} className={clsx("font-mono text-[12px] wrap-anywhere", index > 0 && "text-ink-3")}>
              {host}
            </li>
          ))}
        </ul>
      </Section>
      <Section title="Rules, in the order tried" aside={rules.length > 0 ? String(rules.length) : undefined}>
        {rules.length === 0 ? (
          <p className="border-t border-line pt-2 text-ink-2">
            No object routes this service: calls go to all its ready pods, whatever their version.
          </p>
        ) : (
          <ol>
            {rules.map((rule, index) => (
              <RuleView key={`${refKey(rule.object)} ${rule.path}`} rule={rule} place={index + 1} versions={versions} />
            ))}
          </ol>
        )}
      </Section>
      <Section title="Versions">
        <VersionTable versions={versions} />
      </Section>
      <Section title="How clients treat it">
        {destinations.length === 0 && (
          <p className="border-t border-line pt-2 text-ink-2">The mesh’s defaults: no object sets anything.</p>
        )}
        {destinations.map(({ object, version, lines }) => (
          <div
            key={`${refKey(object)} ${version ?? ""}`}
            className="grid gap-x-6 gap-y-1 border-t border-line py-2 sm:grid-cols-[minmax(140px,1fr)_3fr_minmax(0,auto)]"
          >
            <span className="text-ink-2">{version === null ? "every version" : version}</span>
            <ul>
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
            <ObjectLink object={object} />
          </div>
        ))}
      </Section>
    </>
  );
}
