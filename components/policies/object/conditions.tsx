import { Section } from "#components/ui/section.tsx";
import type { PolicyAnswer } from "#lib/api/policies.ts";
import { When } from "../when.tsx";

interface Condition {
  readonly of: string;
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly at: string | null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const text = (value: unknown): string => (typeof value === "string" ? value : "");

function conditionsIn(status: unknown, of: string): readonly Condition[] {
  const list = isObject(status) && Array.isArray(status["conditions"]) ? status["conditions"] : [];
  return list.filter(isObject).map((condition) => ({
    of,
    type: text(condition["type"]),
    status: text(condition["status"]),
    reason: text(condition["reason"]),
    message: text(condition["message"]),
    at: text(condition["lastTransitionTime"]) || null,
  }));
}

/** Conditions of the object and, in Gateway API, of each parent that a route hangs on. */
export function readConditions(manifest: PolicyAnswer["manifest"]): readonly Condition[] {
  const { status } = manifest;
  const parents = isObject(status) && Array.isArray(status["parents"]) ? status["parents"].filter(isObject) : [];
  const ofParent = (parent: Record<string, unknown>) => {
    const ref = parent["parentRef"];
    return isObject(ref) ? text(ref["name"]) : "";
  };
  return [...conditionsIn(status, ""), ...parents.flatMap((parent) => conditionsIn(parent, ofParent(parent)))];
}

export function Conditions({ manifest }: { readonly manifest: PolicyAnswer["manifest"] }) {
  const conditions = readConditions(manifest);
  return (
    <Section title="Status">
      {conditions.length === 0 && <p className="text-ink-3">The object has no status conditions.</p>}
      <ul>
        {conditions.map(({ of, type, status, reason, message, at }) => (
          <li key={`${of} ${type}`} className="border-t border-line py-[5px]">
            <div className="flex justify-between gap-3">
              <span>
                {of !== "" && <span className="text-ink-3">{of}: </span>}
                {type} <span className="text-ink-2">{status}</span>
              </span>
              <span className="text-ink-3">
                <When at={at} short />
              </span>
            </div>
            {(reason !== "" || message !== "") && (
              <p className="text-ink-2 wrap-anywhere">{[reason, message].filter(Boolean).join(": ")}</p>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
