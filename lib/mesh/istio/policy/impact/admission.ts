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

/** A proxy that decides on a call's way, and what it knows of the call. */
export interface Stop {
  readonly point: EnforcementPoint;
  readonly reader: Reader;
  readonly facts: CallFacts;
}

/** A refusal, where it is and whom it is asked about. */
interface Placed extends Refusal {
  readonly where: string;
  readonly who: CallFacts["principal"];
}

/** One side's refusals that aren't known not to refuse. */
interface Weighed {
  readonly open: readonly Placed[];
  /** Where any policy decides, as far as the reader may see it. */
  readonly enforced: ReadonlySet<string>;
  /** Who lets it in for sure. */
  readonly allowed: Decider | null;
}

/** What the change does to calls that arrive there. None: nothing, whatever isn't known. */
export const admission = ({ point, reader, before, after }: Arrival, sides: Sides): readonly Part[] =>
  admissions([{ point, reader, facts: before }], [{ point, reader, facts: after }], sides);

/** The same of all proxies on the way together, where other ones may stand on it afterwards. */
export function admissions(before: readonly Stop[], after: readonly Stop[], sides: Sides): readonly Part[] {
  const [old, now] = [weigh(sides.before, before), weigh(sides.after, after)];
  const parts: Part[] = [];
  const wasSure = sure(old);
  const isSure = sure(now);
  const passes = isSure === null && now.open.length === 0 && wasSure === null;
  if (passes && old.enforced.size > 0 && now.enforced.size === 0) {
    const why = "No policy decides here any more about who may call.";
    parts.push({ verdict: "not-enforced", known: true, by: null, why, lacks: [] });
  } else if (passes && [...old.enforced].some((where) => !after.some((stop) => placeOf(stop) === where))) {
    const why = "Policies of a proxy that it passes no more don’t decide about it any longer.";
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

/** Whether calls are let in on one side; a part: they are refused, by what it says; undefined: not known. */
export function admitted(stops: readonly Stop[], side: Side): true | Part | undefined {
  const found = weigh(side, stops);
  const refusal = sure(found);
  if (refusal !== null) return { ...said("denied", refusal, true), known: true, lacks: [] };
  return found.open.length === 0 ? true : undefined;
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

const sure = ({ open }: Weighed): Placed | null => open.find(({ refuses }) => refuses === true) ?? null;

/** Facts that are lacking, each once. */
const lacksOf = (refusals: readonly Refusal[]): readonly string[] =>
  lacking(...refusals.flatMap(({ refuses }) => (isKnown(refuses) ? [] : refuses.lacks))).lacks;

/** Stands for all that the reader may not see. */
const UNSEEN: Manifest = { apiVersion: "", kind: "", metadata: { name: "" } };
const unseen: Decider = { stage: "deny", policy: UNSEEN, rule: null, path: [], why: HIDDEN };

/** What can't be seen may refuse the call, and may let it in: both sides have the same of it. */
function weigh(side: Side, stops: readonly Stop[]): Weighed {
  const found = stops.map((stop) => ({ stop, ...weighAt(side, stop) }));
  return {
    open: found.flatMap(({ open }) => open),
    enforced: new Set(found.flatMap(({ stop, enforced }) => (enforced ? [placeOf(stop)] : []))),
    allowed: found.findLast(({ allowed }) => allowed !== null)?.allowed ?? null,
  };
}

function weighAt(side: Side, { point, reader, facts }: Stop) {
  const { configuration, hidden } = side.configuration(point);
  const { refusals, allowed } = refusalsAt(reader, configuration, point, facts);
  const open = refusals
    .filter(({ refuses }) => refuses !== false)
    .map((refusal) =>
      hidden && refusal.unless !== undefined && refusal.refuses === true
        ? { ...refusal, refuses: lacking(HIDDEN), unless: [...refusal.unless, unseen] }
        : refusal,
    );
  const all = hidden ? [...open, { refuses: lacking(HIDDEN), by: unseen }] : open;
  const where = placeOf({ point, reader });
  return {
    open: all.map((refusal): Placed => ({ ...refusal, where, who: facts.principal })),
    enforced: hidden || side.enforces(point, reader),
    allowed,
  };
}

/** A call meets one proxy of a kind, but for waypoints. */
const placeOf = ({ point, reader }: Pick<Stop, "point" | "reader">): string =>
  `${point.kind} ${point.namespace} ${point.kind === "waypoint" ? point.gateway : ""} ${reader}`;

/** Whether what `less` refuses is refused by `more` too, whatever isn't known. */
const covers = (more: readonly Placed[], less: readonly Placed[]): boolean =>
  more.some(({ refuses }) => refuses === true) ||
  less.every((refusal) => more.some((other) => implies(refusal, other)));

function implies(refusal: Placed, other: Placed): boolean {
  if (refusal.where !== other.where) return false;
  // To whom the caller is another one on each side, what is left of a rule that asks for it differs.
  const like = (a: Decider, b: Decider) => alike(a, b) && (refusal.who === other.who || !asksWho(a));
  if (refusal.unless === undefined || other.unless === undefined) {
    return refusal.unless === other.unless && like(refusal.by, other.by);
  }
  // Refused unless one of few rules takes it, or unless one of more does: the fewer, the more is refused.
  const { unless } = refusal;
  return other.unless.every((rule) => unless.some((each) => like(rule, each)));
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

function at(object: Manifest, path: Segments): unknown {
  let here: unknown = object;
  for (const key of path) here = (here as Record<string | number, unknown> | undefined)?.[key];
  return here;
}
