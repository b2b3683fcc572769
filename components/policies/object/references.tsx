import { Section } from "#components/ui/section.tsx";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { type ObjectRef, refKey } from "#lib/policy/ref.ts";
import { ObjectLink } from "../links.tsx";

type Reference = PolicyAnswer["references"]["to"][number];

interface Named {
  readonly key: string;
  readonly object: ObjectRef | null;
  readonly text: string;
  readonly found: boolean | null;
  readonly paths: readonly string[];
}

/** Each object once, with all places where it is named. */
export function byObject(references: readonly Reference[]): readonly Named[] {
  const groups = Map.groupBy(references, ({ object, text, found }) =>
    object !== null && found !== false ? refKey(object) : `${found === null ? "named" : "not found"}: ${text}`,
  );
  return [...groups].flatMap(([key, [first, ...more]]) =>
    first === undefined ? [] : [{ ...first, key, paths: [first, ...more].map(({ path }) => path) }],
  );
}

/** Objects that this one names, or that name it: each with the places where that is. */
export function References({
  title,
  references,
  none,
}: {
  readonly title: string;
  readonly references: readonly Reference[];
  readonly none: string;
}) {
  const named = byObject(references);
  return (
    <Section title={title} aside={named.length > 0 ? String(named.length) : undefined}>
      {named.length === 0 && <p className="text-ink-3">{none}</p>}
      <ul>
        {named.map(({ key, paths, object, text, found }) => (
          <li key={key} className="border-t border-line py-[5px]">
            {object !== null && found !== false ? (
              <ObjectLink object={object} />
            ) : (
              <span className="wrap-anywhere">{text}</span>
            )}
            {found === false && <span className="text-degraded"> ◣ not found</span>}
            {paths.map((path) => (
              <code key={path} className="block font-mono text-[11px] text-ink-3 wrap-anywhere">
                {path}
              </code>
            ))}
          </li>
        ))}
      </ul>
    </Section>
  );
}
