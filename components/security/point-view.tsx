import { clsx } from "clsx";
import type { ReactNode } from "react";
import { Section } from "#components/ui/section.tsx";
import type { PolicyWords, RuleWords, SecurityPoint } from "#lib/policy/security.ts";
import { Lacks, SourceText } from "./parts.tsx";

const POINTS = {
  sidecar: "Let in by its sidecar",
  gateway: "Let in by the gateway",
  waypoint: "Let in by a waypoint",
  ztunnel: "Let in by ztunnel",
} as const;
const STAGES = {
  custom: { title: "CUSTOM", about: "asks an external authorizer about" },
  deny: { title: "DENY", about: "refuses" },
  allow: { title: "ALLOW", about: "lets in" },
  audit: { title: "AUDIT", about: "only logs" },
} as const;
const VERDICTS = { allow: "✓ let in", deny: "✕ refused", unknown: "? unknown" } as const;

/** One proxy's decisions, in the order in which it makes them, and what becomes of a call that nothing takes. */
export function PointView({ point }: { readonly point: SecurityPoint }) {
  const { kind, name, note, policies, jwt, dryRun, ignored, otherwise, lacks } = point;
  const [before, after] = [policies.filter(isCustom), policies.filter((each) => !isCustom(each))];
  return (
    <Section title={POINTS[kind]} aside="in the order asked">
      {(kind === "waypoint" || note !== null) && (
        <p className="mb-2 max-w-[90ch] text-ink-2">
          {kind === "waypoint" && <b className="font-semibold text-ink wrap-anywhere">{name}. </b>}
          {note}
        </p>
      )}
      <ol>
        {before.map((policy) => (
          <PolicyItem key={policy.source.object.name} policy={policy} />
        ))}
        {jwt.map(({ source, issuer }) => (
          <Row key={`${source.object.name} ${source.path}`} stage="JWT" source={source}>
            <p>
              refuses a JWT of{" "}
              <b className="font-semibold wrap-anywhere">{issuer ?? "an issuer that it doesn’t name"}</b> that can’t be
              verified; a call without one passes.
            </p>
          </Row>
        ))}
        {after.map((policy) => (
          <PolicyItem key={`${policy.source.object.namespace}/${policy.source.object.name}`} policy={policy} />
        ))}
        <Row stage="Otherwise" source={otherwise.source} unsourced={otherwise.source === null}>
          <p>
            <b className={clsx("font-semibold", otherwise.verdict === "unknown" && "text-degraded")}>
              {VERDICTS[otherwise.verdict]}
            </b>{" "}
            <span className="text-ink-2">{otherwise.why}</span>
          </p>
        </Row>
      </ol>
      <Lacks lacks={lacks} />
      {dryRun.length > 0 && (
        <Apart title="Dry run: counted, refuses nobody">
          {dryRun.map((policy) => (
            <PolicyItem key={`${policy.source.object.namespace}/${policy.source.object.name}`} policy={policy} />
          ))}
        </Apart>
      )}
      {ignored.length > 0 && (
        <Apart title="Not read here">
          {ignored.map(({ source, why }) => (
            <Row key={`${source.object.kind} ${source.object.name}`} stage="—" source={source}>
              <p className="text-ink-2">{why}</p>
            </Row>
          ))}
        </Apart>
      )}
    </Section>
  );
}

const isCustom = ({ stage }: PolicyWords): boolean => stage === "custom";

function Apart({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="mt-4">
      <h4 className="mb-1 text-[11px] text-ink-2">{title}</h4>
      <ul>{children}</ul>
    </div>
  );
}

function Row({
  stage,
  source,
  unsourced = false,
  children,
}: {
  readonly stage: string;
  readonly source: PolicyWords["source"] | null;
  readonly unsourced?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className="grid gap-x-4 gap-y-1 border-t border-line py-2 sm:grid-cols-[84px_minmax(0,3fr)_minmax(0,2fr)]">
      <span className="font-mono text-[12px] text-ink-2">{stage}</span>
      <div className="min-w-0">{children}</div>
      <div className="min-w-0">{!unsourced && <SourceText source={source} />}</div>
    </li>
  );
}

function PolicyItem({ policy: { source, stage, rules } }: { readonly policy: PolicyWords }) {
  const { title, about } = STAGES[stage];
  return (
    <Row stage={title} source={source}>
      {rules.length === 0 ? (
        <p className="text-ink-2">has no rules, so it takes no call</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {rules.map((rule) => (
            <li key={rule.path}>
              <RuleText rule={rule} about={about} />
            </li>
          ))}
        </ul>
      )}
    </Row>
  );
}

function RuleText({
  rule: { path, from, to, when, caveat },
  about,
}: {
  readonly rule: RuleWords;
  readonly about: string;
}) {
  return (
    <>
      <p className="wrap-anywhere">
        <span className="text-ink-2">{about} </span>
        {from.length === 0 && to.length === 0 && when.length === 0 ? "every call" : "calls"}
        {from.length > 0 && <Part word="from" any={from} />}
        {to.length > 0 && <Part word="to" any={to} />}
        {when.length > 0 && (
          <>
            <span className="text-ink-2"> when </span>
            {when.join(", and ")}
          </>
        )}
      </p>
      {caveat !== null && <p className="text-[11px] text-degraded">◣ {caveat}</p>}
      <code className="font-mono text-[11px] text-ink-3">{path}</code>
    </>
  );
}

function Part({ word, any }: { readonly word: string; readonly any: readonly string[] }) {
  return (
    <>
      <span className="text-ink-2"> {word} </span>
      {any.join("; or ")}
    </>
  );
}
