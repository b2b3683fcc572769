"use client";

import { useQuery } from "@tanstack/react-query";
import { clsx } from "clsx";
import type { ReactNode } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { patchText } from "#components/policies/plan/copies.ts";
import { CopyChip } from "#components/policies/plan/take-away.tsx";
import { ownerSentence } from "#components/policies/words.ts";
import { Section } from "#components/ui/section.tsx";
import { diffManifests } from "#lib/policy/diff.ts";
import { type ObjectRef, refKey, refOf } from "#lib/policy/ref.ts";
import type { Routing } from "#lib/policy/routing.ts";
import { policiesQuery } from "#lib/query/policies.ts";
import type { ManifestDraft } from "../use-manifest-draft.ts";

/** What should be so before calls are sent elsewhere. `receiving`: versions that would get a share. */
export function Checks({
  routing,
  receiving,
  draft,
}: {
  readonly routing: Routing;
  readonly receiving: readonly string[];
  readonly draft: ManifestDraft;
}) {
  const { cluster, namespace } = routing.service;
  const policies = useQuery(policiesQuery([cluster], [namespace]));
  const objects = [...routing.rules, ...routing.versions].flatMap(({ object }) => object ?? []);
  const keys = new Set(objects.map(refKey));
  const owned = policies.data?.items.filter(({ object, owner }) => owner !== null && keys.has(refKey(object))) ?? [];
  const clashes = routing.notes.filter(({ severity }) => severity === "warning");
  return (
    <Section title="Checks">
      <ul>
        {receiving.map((name) => {
          const version = routing.versions.find((one) => one.name === name);
          if (version === undefined || version.pods === 0)
            return (
              <Check key={name} bad aside={version?.object ?? null}>
                {name} has no endpoints: calls sent there end in 503
              </Check>
            );
          return (
            <Check key={name} bad={version.ready === 0} aside={version.object}>
              {version.ready === 0
                ? `None of the ${version.pods} endpoints of ${name} is ready`
                : `${name} has ${version.ready}${version.ready < version.pods ? ` of ${version.pods}` : ""} ready ${version.pods === 1 ? "endpoint" : "endpoints"}`}
            </Check>
          );
        })}
        {clashes.length === 0 ? (
          <Check>No other object claims {routing.hosts[0]}</Check>
        ) : (
          clashes.map(({ text, object }) => (
            <Check key={text} bad aside={object ?? null}>
              {text.charAt(0).toUpperCase() + text.slice(1)}
            </Check>
          ))
        )}
        {policies.error !== null && (
          <Check bad>Who manages the objects couldn’t be read: a controller may put its own state back</Check>
        )}
        {owned.map(({ object, owner }) => (
          <Check
            key={refKey(object)}
            bad={owner?.reverts === true}
            aside={object}
            extra={<Patch draft={draft} object={object} />}
          >
            {ownerSentence(owner)}
          </Check>
        ))}
        {policies.data !== undefined && owned.length === 0 && (
          <Check>No GitOps or rollout controller manages its objects</Check>
        )}
      </ul>
    </Section>
  );
}

function Patch({ draft, object }: { readonly draft: ManifestDraft; readonly object: ObjectRef }) {
  const find = (list: ManifestDraft["manifests"]) =>
    list.find((manifest) => refKey(refOf(object.cluster, manifest)) === refKey(object)) ?? null;
  const [before, after] = [find(draft.base), find(draft.manifests)];
  if (before === null || after === null || diffManifests(before, after).changes.length === 0) return null;
  return <CopyChip text={patchText({ op: "update", object, before, after }) ?? ""}>Copy as patch</CopyChip>;
}

function Check({
  bad = false,
  aside = null,
  extra,
  children,
}: {
  readonly bad?: boolean;
  readonly aside?: ObjectRef | null;
  readonly extra?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <li className="flex flex-wrap items-baseline justify-between gap-x-4 border-t border-line py-1.5">
      <span className={clsx("min-w-0 wrap-anywhere", bad && "text-degraded")}>
        <span aria-hidden="true">{bad ? "◣" : "✓"} </span>
        {children}
      </span>
      <span className="flex min-w-0 items-center gap-2 text-ink-2">
        {aside !== null && <ObjectLink object={aside} />}
        {extra}
      </span>
    </li>
  );
}
