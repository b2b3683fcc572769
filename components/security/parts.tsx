import { ObjectLink } from "#components/policies/links.tsx";
import { Notice } from "#components/policies/notice.tsx";
import type { Source } from "#lib/policy/security.ts";

/** An object with the place in it that counts; one out of sight by neither. */
export function SourceText({ source }: { readonly source: Source | null }) {
  if (source === null) return <em className="text-ink-2">an object you may not see</em>;
  return (
    <span className="wrap-anywhere">
      <ObjectLink object={source.object} className="whitespace-normal" />
      {source.path !== "" && <code className="block font-mono text-[11px] text-ink-3">{source.path}</code>}
    </span>
  );
}

/** What an answer doesn't know; nothing where it knows all. */
export function Lacks({ lacks }: { readonly lacks: readonly string[] }) {
  if (lacks.length === 0) return null;
  return (
    <div className="mt-2">
      <Notice tone="degraded" title="Not known:">
        {lacks.join("; ")}.
      </Notice>
    </div>
  );
}
