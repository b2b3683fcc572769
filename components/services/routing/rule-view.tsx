import { clsx } from "clsx";
import type { ReactNode } from "react";
import { ObjectLink } from "#components/policies/links.tsx";
import { sayInstant } from "#components/shell/instant.ts";
import { Name } from "#components/ui/name.tsx";
import type { RouteRule, RouteVersion } from "#lib/policy/routing.ts";
import { destinationName, SHADES, shareText } from "./shares.ts";

const ACTIONS = { redirect: "Redirects", respond: "Answers", delegate: "Delegates" } as const;

/** One rule: when it takes a call, where the call goes, what happens on the way, and which object says so. */
export function RuleView({
  rule,
  place,
  versions,
}: {
  readonly rule: RouteRule;
  readonly place: number;
  readonly versions: readonly RouteVersion[];
}) {
  const { action, matches } = rule;
  return (
    <li className="grid grid-cols-[28px_minmax(0,1fr)] border-t border-line py-3">
      <span className="text-ink-3 tabular-nums" aria-hidden="true">
        {place}
      </span>
      <div className="grid min-w-0 gap-x-8 gap-y-3 lg:grid-cols-[minmax(220px,2fr)_3fr_minmax(180px,1.6fr)]">
        <div className="min-w-0">
          {rule.name !== null && (
            <p className="font-semibold">
              <Name text={rule.name} />
            </p>
          )}
          {matches.length === 0 && <p>{place === 1 ? "Every call" : "Every other call"}</p>}
          <ul>
            {matches.map((match, index) => (
              <li key={match.join(" ")}>
                {index > 0 && <span className="text-ink-3">or </span>}
                {match.map((condition, at) => (
                  <span key={condition}>
                    {at > 0 && <span className="text-ink-3"> and </span>}
                    <code className="font-mono text-[12px] wrap-anywhere">{condition}</code>
                  </span>
                ))}
              </li>
            ))}
          </ul>
          <p className="mt-1 text-[11px] text-ink-3 wrap-anywhere">
            {rule.protocol.toUpperCase()} · {gateways(rule.gateways)}
          </p>
        </div>
        <div className="min-w-0">
          {action.kind === "route" ? (
            <Weights to={action.to} versions={versions} />
          ) : (
            <p className="wrap-anywhere">
              <span className="text-ink-2">{ACTIONS[action.kind]}</span> {action.text}
            </p>
          )}
        </div>
        <div className="min-w-0">
          <Extras rule={rule} />
          <p className="mt-1">
            <ObjectLink object={rule.object} />
            <code className="block font-mono text-[11px] text-ink-3 wrap-anywhere">{rule.path}</code>
          </p>
        </div>
      </div>
    </li>
  );
}

function gateways(names: readonly string[]): string {
  const outside = names.filter((name) => name !== "mesh");
  if (outside.length === 0) return "calls inside the mesh";
  const through = `through ${outside.join(", ")}`;
  return names.includes("mesh") ? `calls inside the mesh, and ${through}` : through;
}

function Weights({
  to,
  versions,
}: {
  readonly to: (RouteRule["action"] & { readonly kind: "route" })["to"];
  readonly versions: readonly RouteVersion[];
}) {
  const shade = (version: string | null, index: number) => {
    const known = versions.findIndex(({ name }) => name === version);
    return SHADES[(known < 0 ? index : known) % SHADES.length];
  };
  return (
    <>
      <div className="flex h-2 gap-px overflow-hidden rounded-[2px] bg-sunken" aria-hidden="true">
        {to.map((destination, index) => (
          <span
            key={destination.path}
            className={clsx("h-full", destination.exists ? shade(destination.version, index) : "bg-failing")}
            style={{ width: `${destination.share * 100}%` }}
          />
        ))}
      </div>
      <ul className="mt-1.5">
        {to.map((destination, index) => {
          const known = versions.find(({ name }) => name === destination.version);
          return (
            <li key={destination.path} className="flex items-baseline gap-2 py-0.5">
              <span
                aria-hidden="true"
                className={clsx(
                  "size-2 shrink-0 rounded-[2px]",
                  destination.exists ? shade(destination.version, index) : "bg-failing",
                )}
              />
              <span title={destination.host} className="name min-w-0">
                <bdi>{destinationName(destination)}</bdi>
              </span>
              <span className="grow text-ink-3">
                {known !== undefined && `${known.ready} of ${known.pods} ready`}
                {!destination.exists && <span className="text-failing">✕ doesn’t exist: calls end in 503</span>}
              </span>
              <span className="tabular-nums">{shareText(destination)}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Extras({ rule }: { readonly rule: RouteRule }) {
  const { timeout, retries, fault, mirrors, rewrite } = rule;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-3">
      {timeout !== null && <Extra name="Timeout">{timeout}</Extra>}
      {retries !== null && (
        <Extra name="Retries">
          {retries.attempts === 0 ? "off" : `${retries.attempts}`}
          {retries.perTryTimeout !== null && `, ${retries.perTryTimeout} each`}
          {retries.backoff !== null && `, back-off ${retries.backoff}`}
          {retries.retryOn !== null && <span className="block text-ink-2 wrap-anywhere">on {retries.retryOn}</span>}
        </Extra>
      )}
      {rewrite !== null && <Extra name="Rewrite">{rewrite}</Extra>}
      {fault !== null && (
        <Extra name="Fault">
          <span className="text-degraded">
            ◣ {fault.delay !== null && `${fault.delay.percent} % delayed by ${fault.delay.fixedDelay}`}
            {fault.delay !== null && fault.abort !== null && ", "}
            {fault.abort !== null && `${fault.abort.percent} % aborted with ${fault.abort.status}`}
            {fault.until !== null && `, until ${sayInstant(fault.until)}`}
          </span>
        </Extra>
      )}
      {mirrors.map(({ host, version, percent }) => (
        <Extra key={`${host} ${version ?? ""}`} name="Mirror">
          {percent} % to {version ?? host}
        </Extra>
      ))}
    </dl>
  );
}

function Extra({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className="min-w-0 tabular-nums wrap-anywhere">{children}</dd>
    </>
  );
}
