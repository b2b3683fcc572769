/**
 * Who is let in, before and after. Both are lists of what may refuse a call. Where the lists say the same, the change doesn't
 * touch the call, whatever isn't known of it; where one of them refuses at least what the other does, only one direction is possible.
 */
import { same } from "#lib/policy/json.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import type { EnforcementPoint } from "../meaning/authorization/attached.ts";
import { type Decider, type Refusal, refusalsAt } from "../meaning/authorization/decide.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import type { Reader } from "../meaning/authorization/rules.ts";
import { HIDDEN } from "../meaning/effective/sight.ts";
import { isKnown, lacking } from "../meaning/truth.ts";
import { namespaceOf } from "../routing/json.ts";
import type { Part } from "./part.ts";
import type { Side, Sides } from "./sides.ts";

export interface Arrival {
  readonly point: EnforcementPoint;
  readonly reader: Reader;
  readonly before: CallFacts;
  readonly after: CallFacts;
}

/** One side's refusals that aren't known not to refuse. */
interface Weighed {
  readonly open: readonly Refusal[];
  /** What the refusals rest on, as far as the reader may see it. */
  readonly enforced: boolean;
  /** Who lets it in for sure. */
  readonly allowed: Decider | null;
}

/** What the change does to calls that arrive there. None: nothing, whatever isn't known. */
export function admission({ point, reader, before, after }: Arrival, sides: Sides): readonly Part[] {
  const [old, now] = [weigh(sides.before, point, reader, before), weigh(sides.after, point, reader, after)];
  const { covers } = before.principal === after.principal ? SAME_CALLER : OTHER_CALLER;
  const parts: Part[] = [];
  const wasSure = sure(old);
  const isSure = sure(now);
  if (isSure === null && now.open.length === 0 && old.enforced && !now.enforced && wasSure === null) {
    const why = "No policy decides here any more about who may call.";
    parts.push({ verdict: "not-enforced", known: true, by: null, why, lacks: [] });
  }
  if (covers(old.open, now.open) && covers(now.open, old.open)) return parts;
  // Refused by the one and not by the other, where that is possible at all.
  if (!covers(old.open, now.open) && wasSure === null) {
    const known = isSure !== null && old.open.length === 0;
    const [first] = isSure === null ? now.open : [isSure];
    parts.push({ ...said("denied", first, known), known, lacks: known ? [] : lacksOf([...old.open, ...now.open]) });
  }
  if (!covers(now.open, old.open) && isSure === null) {
    const known = wasSure !== null && now.open.length === 0;
    const lacks = known ? [] : lacksOf([...old.open, ...now.open]);
    const why = now.allowed === null ? "No policy refuses it any more." : `Let in: ${now.allowed.why}.`;
    const by = now.allowed ?? wasSure?.by ?? old.open[0]?.by ?? null;
    parts.push({ verdict: "allowed", known, lacks, why, by: by && { object: by.policy, path: by.path } });
  }
  return parts;
}

function said(
  verdict: Part["verdict"],
  refusal: Refusal | undefined,
  known: boolean,
): Pick<Part, "verdict" | "by" | "why"> {
  if (refusal === undefined || refusal.by.policy === UNSEEN) {
    return { verdict, by: null, why: `Whether it is let in rests on ${HIDDEN}.` };
  }
  const { policy, path, why } = refusal.by;
  return { verdict, by: { object: policy, path }, why: known ? `Refused: ${why}.` : `Refused where ${why}.` };
}

const sure = ({ open }: Weighed): Refusal | null => open.find(({ refuses }) => refuses === true) ?? null;

/** Facts that are lacking, each once. */
const lacksOf = (refusals: readonly Refusal[]): readonly string[] =>
  lacking(...refusals.flatMap(({ refuses }) => (isKnown(refuses) ? [] : refuses.lacks))).lacks;

/** Stands for all that the reader may not see. */
const UNSEEN: Manifest = { apiVersion: "", kind: "", metadata: { name: "" } };
const unseen: Decider = { stage: "deny", policy: UNSEEN, rule: null, path: [], why: HIDDEN };

/** What can't be seen may refuse the call, and may let it in: both sides have the same of it. */
function weigh(side: Side, point: EnforcementPoint, reader: Reader, facts: CallFacts): Weighed {
  const { configuration, hidden } = side.configuration(point);
  const { refusals, allowed } = refusalsAt(reader, configuration, point, facts);
  const open = refusals
    .filter(({ refuses }) => refuses !== false)
    .map((refusal) =>
      hidden && refusal.unless !== undefined && refusal.refuses === true
        ? { ...refusal, refuses: lacking(HIDDEN), unless: [...refusal.unless, unseen] }
        : refusal,
    );
  const enforced = hidden || side.enforces(point, reader);
  return { open: hidden ? [...open, { refuses: lacking(HIDDEN), by: unseen }] : open, enforced, allowed };
}

/** How refusals of the two sides are compared. */
interface Comparison {
  /** Whether what `less` refuses is refused by `more` too, whatever isn't known. */
  readonly covers: (more: readonly Refusal[], less: readonly Refusal[]) => boolean;
}

function comparison(alike: (a: Decider, b: Decider) => boolean): Comparison {
  const implies = (refusal: Refusal, other: Refusal): boolean => {
    if (refusal.unless === undefined || other.unless === undefined) {
      return refusal.unless === other.unless && alike(refusal.by, other.by);
    }
    // Refused unless one of few rules takes it, or unless one of more does: the fewer, the more is refused.
    const { unless } = refusal;
    return other.unless.every((rule) => unless.some((each) => alike(rule, each)));
  };
  return {
    covers: (more, less) =>
      more.some(({ refuses }) => refuses === true) ||
      less.every((refusal) => more.some((other) => implies(refusal, other))),
  };
}

/** They say the same, of the same namespace (where short account names belong). */
function alike(a: Decider, b: Decider): boolean {
  return (
    a.stage === b.stage &&
    ((a.policy === b.policy && a.rule === b.rule) ||
      (namespaceOf(a.policy) === namespaceOf(b.policy) &&
        same(at(a.policy, a.path), at(b.policy, b.path)) &&
        same(at(a.policy, ["spec", "provider"]), at(b.policy, ["spec", "provider"]))))
  );
}

const IDENTITY =
  /"(?:not)?(?:principals|namespaces|serviceaccounts|trustdomains)"|source\.(?:principal|namespace|serviceaccount|trustdomain)/i;
const asksWho = ({ policy, path }: Decider): boolean => IDENTITY.test(JSON.stringify(at(policy, path)) ?? "");

const SAME_CALLER = comparison(alike);
/** The caller is another one to the two sides: what is left of a rule that asks for it differs. */
const OTHER_CALLER = comparison((a, b) => alike(a, b) && !asksWho(a));

function at(object: Manifest, path: Segments): unknown {
  let here: unknown = object;
  for (const key of path) here = (here as Record<string | number, unknown> | undefined)?.[key];
  return here;
}
