"use client";

import { useQuery } from "@tanstack/react-query";
import type { EffectAnswer } from "#lib/api/effect.ts";
import { problemOf } from "#lib/errors.ts";
import type { ObjectRef } from "#lib/policy/ref.ts";
import { effectQuery } from "#lib/query/effect.ts";

const READ_MS = 5000;

/** What the mesh's control plane says became of a change: accepted by the API server isn't in effect. */
export function InEffect({
  object,
  since,
  watching,
}: {
  readonly object: ObjectRef;
  readonly since: string;
  readonly watching: boolean;
}) {
  const { data, error } = useQuery({ ...effectQuery(object, since), refetchInterval: watching ? READ_MS : false });
  if (data === undefined)
    return (
      <p className="text-ink-3">{error === null ? "Asking istiod…" : `Istiod not asked: ${problemOf(error).detail}`}</p>
    );
  const { mark, text, className } = sayEffect(data);
  return (
    <div className={className}>
      <p className="wrap-anywhere">
        {mark} {text}
      </p>
      {data.rejected.length > 0 && (
        <ul className="wrap-anywhere">
          {data.rejected.map(({ proxy, error: why }) => (
            <li key={proxy}>
              {proxy}: {why}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface Said {
  readonly mark: string;
  readonly text: string;
  readonly className: string;
}

const proxies = (count: number): string => (count === 1 ? "1 proxy" : `${count} proxies`);

const NOT_TOLD = "Istiod doesn’t say what it sent, nor whether others need it: other changes since count, too.";

const withEveryPod = (count: number): string =>
  `${proxies(count)} ${count === 1 ? "was" : "were"} sent nothing since but endpoints, or what a ztunnel knows of workloads and Services, which go out with every pod: whether this change is in it isn’t told.`;

/** An answer as a sentence; what isn't known is never said to be fine. */
export function sayEffect(effect: EffectAnswer): Said {
  const { sent, acknowledged, perhaps, rejectedCount } = effect;
  const [told, took] = [sent ?? 0, acknowledged ?? 0];
  switch (effect.state) {
    case "unknown":
      return {
        mark: "?",
        className: "text-ink-3",
        text: `Whether it is in effect isn’t known. ${effect.reason ?? ""}`,
      };
    case "quiet":
      return {
        mark: "…",
        className: "text-ink-3",
        text: `Istiod has sent nothing since that would carry it: none of the ${proxies(effect.proxies ?? 0)} that it serves needs it yet, or it ignores the object.`,
      };
    case "perhaps":
      return {
        mark: "?",
        className: "text-ink-2",
        text: `Perhaps in effect: ${withEveryPod(perhaps ?? 0)}`,
      };
    case "pending":
      return { mark: "…", className: "text-ink-2", text: `Sent to ${proxies(told)}, acknowledged by ${took} so far.` };
    case "in-effect":
      return {
        mark: "✓",
        className: "text-ink-2",
        text: `In effect: sent to ${told} of ${proxies(effect.proxies ?? told)} since, ${told === 1 ? "and acknowledged" : "all acknowledged"}. ${perhaps ? `${withEveryPod(perhaps)} ` : ""}${NOT_TOLD}`,
      };
    case "rejected":
      return {
        mark: "✕",
        className: "text-failing",
        text: `${proxies(rejectedCount)} refused what istiod sent since; they go on with what they had.`,
      };
  }
}
