/**
 * What is known of the requests of a call beyond the standard labels, and at which end: what is rewritten on the way is another thing
 * to the other proxy.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import { ratio } from "#lib/units.ts";
import { closeness } from "../hosts.ts";
import type { CallFacts } from "../meaning/authorization/facts.ts";
import { ROUTES } from "../meaning/effective/way.ts";
import { expressions, type Fits } from "../meaning/routing/expression.ts";
import { backendsOf, destinationsOf, hostsOfRoute, hostsOfService } from "../meaning/routing/host-index.ts";
import type { RequestFacts } from "../meaning/routing/match.ts";
import { has, listAt, specOf } from "../routing/json.ts";
import type { ObservedCall } from "./calls.ts";
import type { Expected, Shared } from "./expected.ts";
import { portionsOf } from "./portions.ts";
import type { Front } from "./request-known.ts";
import type { ImpactWorld, Side, Sides } from "./sides.ts";

/**
 * A pair's calls, one for each class of requests of each caller, and what is left of each caller as it was, without facts. Shares
 * that come to more than the caller's own are scaled to it.
 */
export function byRequest(call: ObservedCall): readonly ObservedCall[] {
  const { classes = [] } = call;
  const whole = bare(call);
  if (classes.length === 0 || call.rate === 0) return [whole];
  return portionsOf(call).flatMap((portion) => {
    const own = classes.filter(({ principal, share }) => principal === portion.principal && share > 0);
    const sum = own.reduce((total, { share }) => total + share, 0);
    const scale = sum > portion.share ? portion.share / sum : 1;
    const rest = portion.share - sum * scale;
    const proven = portion.measured === "unknown" ? null : ratio(portion.measured === "mutual TLS" ? 1 : 0);
    const { sent, ...others } = whole;
    // Which of the parts the client's proxies counted isn't known, unless it is all.
    const ours = (rate: number) => (sent !== undefined && sent >= call.rate ? { sent: rate } : {});
    const alone: ObservedCall = {
      ...others,
      mtls: { ...call.mtls, share: proven },
      callers: new Map<string, number>(typeof portion.principal === "string" ? [[portion.principal, 1]] : []),
    };
    return [
      ...own.map(({ share, request }): ObservedCall => {
        const rate = call.rate * share * scale;
        return { ...alone, ...ours(rate), rate, request };
      }),
      ...(rest > LEAST ? [{ ...alone, ...ours(call.rate * rest), rate: call.rate * rest }] : []),
    ];
  });
}

/** What calls of a pair have to expect, class by class, and what they would without what tells the classes. */
export function byClass(
  call: ObservedCall,
  decide: (own: ObservedCall) => readonly Shared[],
): Pick<Expected, "shares" | "rests"> {
  const of = (calls: readonly ObservedCall[]) =>
    calls.flatMap((own) => {
      const part = call.rate === 0 ? 1 : own.rate / call.rate;
      return decide(own).map((each) => ({ ...each, share: each.share * part }));
    });
  const shares = of(byRequest(call));
  return call.evidence === undefined ? { shares } : { shares, rests: { on: call.evidence, without: of([bare(call)]) } };
}

/** Without what is known of its requests by evidence that somebody switched on. */
export function bare({ classes: _, evidence: __, ...call }: ObservedCall): ObservedCall {
  return call;
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

/** What rules of routing may ask for. */
export function requestAtClient(
  call: Known,
  host: string | null,
  sides: Sides,
  world: Pick<ImpactWorld, "mesh">,
): RequestFacts {
  const { request } = call;
  if (request === undefined) return {};
  const { method, ...rest } = request;
  const told: Partial<typeof rest> = request.by === "client" || !changes(host, sides) ? rest : {};
  const { host: authority, path, headers, scheme, query } = told;
  const normalization = normalizationOf(path, world);
  return given({ method, authority, path, headers, scheme, query, normalization, fits: fitsOf(sides) });
}

const fitting = new WeakMap<Sides, Fits>();

/** Expressions are decided on together for all calls that a change is asked about, within one bound. */
function fitsOf(sides: Sides): Fits {
  const found = fitting.get(sides) ?? expressions(STEPS);
  fitting.set(sides, found);
  return found;
}

/** Few seconds at worst, for as many calls as there are; what is the same was asked once. */
const STEPS = 50_000_000;

interface AskedAt {
  readonly sides: Sides;
  readonly world: Pick<ImpactWorld, "mesh">;
  /** It is the server's. */
  readonly own: boolean;
  /** What else it is, where that is known. */
  readonly at?: Front["at"];
}

/** What policies may ask for at the proxy that the call comes to. Who wrote a line has what it says, whatever is rewritten behind it. */
export function factsAtServer(call: Known, host: string | null, { sides, world, own, at }: AskedAt): CallFacts {
  const { request } = call;
  if (request === undefined) return {};
  const { method, by, sourceIp, remoteIp, destinationIp, sni, external, port, front, ...rest } = request;
  const there = front !== undefined && front.at === at ? front : null;
  const told: Partial<typeof rest> = (own && by !== "client") || there !== null || !changes(host, sides) ? rest : {};
  const { host: authority, path, headers, token } = told;
  return given({
    ...{ method, host: authority, path, headers, token, normalization: normalizationOf(path, world) },
    ...(own ? { sourceIp, remoteIp, destinationIp, sni, external, port } : {}),
    ...(there === null ? {} : { sourceIp: there.sourceIp, remoteIp: there.remoteIp, port: there.port }),
  });
}

type Known = Pick<ObservedCall, "request">;

const normalizationOf = (path: string | undefined, { mesh }: Pick<ImpactWorld, "mesh">) =>
  path === undefined ? undefined : (mesh?.normalization ?? undefined);

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Absent and undefined are the same to who reads; only absent ones are given on. */
const given = <T extends object>(facts: T): Given<T> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Given<T>;

const changing = new WeakMap<Side, readonly string[]>();
const changed = new WeakMap<Sides, Map<string, boolean>>();

/**
 * Whether any rule of either side that may lead to the host rewrites what it sends on. No host: no rule leads there. Once for each host;
 * objects are read once.
 */
export function changes(host: string | null, sides: Sides): boolean {
  if (host === null) return false;
  const known = changed.get(sides) ?? new Map<string, boolean>();
  changed.set(sides, known);
  const found =
    known.get(host) ??
    [sides.before, sides.after].some((side) => patternsOf(side).some((pattern) => closeness(pattern, host) > 0));
  known.set(host, found);
  return found;
}

/** Hosts that rules lead to which rewrite. */
function patternsOf(side: Side): readonly string[] {
  const found = changing.get(side) ?? [...new Set(rewritersOf(side).flatMap((each) => leadsTo(each, side)))];
  changing.set(side, found);
  return found;
}

const rewritersOf = (side: Side): readonly Manifest[] => [
  ...side.objects("VirtualService").filter((each) => listAt(specOf(each), "http").some(rewrites)),
  ...ROUTES.flatMap((kind) => side.objects(kind)).filter((each) => listAt(specOf(each), "rules").some(filters)),
];

const rewrites = (rule: object): boolean =>
  ["rewrite", "headers"].some((key) => key in rule) || listAt(rule, "route").some((each) => has(each, "headers"));

const filters = (rule: object): boolean =>
  listAt(rule, "filters").length > 0 || listAt(rule, "backendRefs").some((each) => listAt(each, "filters").length > 0);

/** What a rule that delegates rewrites goes where its delegate sends. A delegate's hosts are those of the rules that name it. */
const leadsTo = (object: Manifest, { hosts }: Side): readonly string[] =>
  object.kind === "VirtualService"
    ? [object, ...hosts.delegatesOf(object)].flatMap((each) => [...hostsOfService(each), ...destinationsOf(each)])
    : [...hostsOfRoute(object), ...backendsOf(object)];
