import { Section } from "#components/ui/section.tsx";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { ObjectLink } from "../links.tsx";

type Reference = PolicyAnswer["references"]["to"][number];

/** Objects that this one names, or that name it: each with the place where it does. */
export function References({
  title,
  references,
  none,
}: {
  readonly title: string;
  readonly references: readonly Reference[];
  readonly none: string;
}) {
  return (
    <Section title={title} aside={references.length > 0 ? String(references.length) : undefined}>
      {references.length === 0 && <p className="text-ink-3">{none}</p>}
      <ul>
        {references.map(({ path, object, text, found }) => (
          <li key={`${path} ${text} ${object?.name ?? ""}`} className="border-t border-line py-[5px]">
            {object !== null && found ? <ObjectLink object={object} /> : <span className="wrap-anywhere">{text}</span>}
            {!found && <span className="text-degraded"> ◣ not found</span>}
            <code className="block font-mono text-[11px] text-ink-3 wrap-anywhere">{path}</code>
          </li>
        ))}
      </ul>
    </Section>
  );
}
