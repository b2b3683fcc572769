/**
 * What a change does to single requests that a sample saw: each is decided under the objects as they are and as they would be, with the
 * facts that the sample has. Pure. Cost: as of impactOf once, then of one call for each different request.
 */
import { type ImpactVerdict, VERDICTS } from "#lib/policy/impact.ts";
import { plausible, type SeenRequest } from "#lib/policy/seen-request.ts";
import { ratio } from "#lib/units.ts";
import { localService } from "../../hosts.ts";
import { fullName } from "../hosts.ts";
import { SEVERAL as APART } from "../meaning/revisions.ts";
import { arriving } from "./arrive.ts";
import { readingOf } from "./by-revision.ts";
import type { ObservedCall } from "./calls.ts";
import { entering } from "./entering.ts";
import type { Shared } from "./expected.ts";
import { both, boundsOf, type ImpactInput } from "./impact.ts";
import { changes as rewritten } from "./request.ts";
import type { Front, RequestKnown } from "./request-known.ts";
import { routing } from "./routing.ts";
import { sidesOf } from "./sides.ts";
import { differs, touchedBy } from "./touched.ts";

export interface Sampled {
  readonly request: SeenRequest;
  /** null: the sample doesn't tell. */
  readonly sends: "mutual TLS" | "plaintext" | null;
  /** Where the connection came from, which nobody forwarded; null: the sample doesn't tell. */
  readonly address: string | null;
  /** Whom the peer's certificate names, with `spiffe://`; absent: the sample doesn't tell, or `sends` says that there is none. */
  readonly identity?: string;
  /** By lower-case name; one that isn't there isn't known. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Host of the Service that it was for; absent: the sample doesn't tell. */
  readonly to?: string;
  /** The caller's side saw it, before it rewrote anything. */
  readonly by?: "client";
  /** Where a rule on the way rewrites the path, the request has the one after that. Absent: the one before. */
  readonly rewritten?: true;
  /** By the log of a gateway or waypoint before the server. */
  readonly front?: Front;
}

/** `true`: it happens. Texts: it may, and what isn't known. Verdicts that aren't in it don't come about. */
export type Judged = ReadonlyMap<ImpactVerdict, true | readonly string[]>;

const WEIGHTED = "which weighted destination it takes";
const SEVERAL = "which of the pair’s callers or Services it is of";

/** Whether calls of the pair are of that Service. */
export function isTo({ service }: Pick<ObservedCall, "service">, host: string): boolean {
  const asked = localService(host);
  return service !== null && asked !== null && service.namespace === asked.namespace && service.name === asked.name;
}

/** Judges requests of a pair, by all calls that were seen of it. */
export function sampler(input: Pick<ImpactInput, "changes" | "world">) {
  const readings = readingOf(input);
  const judges = new Map<object, ReturnType<typeof judgeOf>>();
  return (calls: readonly ObservedCall[], sampled: Sampled): Judged => {
    const { to } = sampled;
    const asked = (to === undefined ? calls : calls.filter((call) => isTo(call, to))).map((call) => {
      const reading = readings(call);
      const judge = reading && (judges.get(reading) ?? judgeOf(reading));
      if (reading !== null && judge !== null) judges.set(reading, judge);
      return judge === null ? null : judge(call, sampled);
    });
    const shares = asked.flatMap((each) => (each === null ? [] : [each]));
    // Which objects decide isn't known: anything may come about.
    if (shares.length < asked.length) return new Map(VERDICTS.map((verdict) => [verdict, [APART]]));
    return new Map(
      VERDICTS.flatMap((verdict): readonly (readonly [ImpactVerdict, true | readonly string[]])[] => {
        const each = shares.map((ways) => outcomeOf(ways, verdict));
        if (each.every((outcome) => outcome === false)) return [];
        if (each.every((outcome) => outcome === true)) return [[verdict, true]];
        const lacks = each.flatMap((outcome) => (typeof outcome === "boolean" ? [] : outcome));
        return [[verdict, [...new Set(lacks.length > 0 ? lacks : [SEVERAL])]]];
      }),
    );
  };
}

function judgeOf({ changes, world }: Pick<ImpactInput, "changes" | "world">) {
  const sides = sidesOf(world, changes);
  const touched = touchedBy(changes.filter(differs), sides, world.rootNamespace);
  return (seen: ObservedCall, sampled: Sampled): readonly (readonly Shared[])[] => {
    const { classes: _, ...own } = { ...seen, ...sentBy(seen, sampled), rate: 1 };
    const host = seen.service === null ? null : fullName(seen.service);
    const call: ObservedCall = { ...own, request: knownOf(sampled, rewritten(host, sides)) };
    return [
      both(entering(call, sides, touched, world), arriving(call, sides, touched, world)),
      ...routing([call], sides, touched, world).map(({ shares }) => shares),
    ];
  };
}

/** Of a sample that tells it: that it is the part of the calls which is so. */
function sentBy(call: ObservedCall, { sends, identity }: Sampled): Pick<ObservedCall, "mtls" | "callers"> {
  if (sends === null) return call;
  const mtls = { share: ratio(sends === "mutual TLS" ? 1 : 0), basis: "server" } as const;
  if (sends !== "mutual TLS") return { mtls, callers: new Map() };
  return { mtls, callers: identity === undefined ? call.callers : new Map([[identity, 1]]) };
}

/**
 * Proxies write down the path as it was before they or one before them rewrote it (Envoy's x-envoy-original-path), where their form says
 * so, the host and headers as they came or as they went on: where something may be rewritten, the path is the client's, or as little known
 * as host and headers.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter#x-envoy-original-path
 */
function knownOf({ request, address, headers, front, by, rewritten: after }: Sampled, changed: boolean): RequestKnown {
  const { method, path, host, port } = plausible(request);
  return {
    by: changed || by === "client" || front?.at === "gateway" ? "client" : "server",
    ...(front === undefined ? {} : { front }),
    ...(method === null ? {} : { method }),
    ...(path === null || (changed && after) ? {} : { path }),
    ...(host === null || changed ? {} : { host }),
    ...(port === null ? {} : { port }),
    ...(headers === undefined || changed ? {} : { headers }),
    ...(address === null ? {} : { sourceIp: address, remoteIp: address }),
  };
}

/** Shares smaller than this are sums of rounding. */
const LEAST = 1e-9;

/** Whether it happens to a request by one of the ways: where it arrives, or where it is sent. */
function outcomeOf(ways: readonly (readonly Shared[])[], verdict: ImpactVerdict): boolean | readonly string[] {
  const open: string[] = [];
  for (const shares of ways) {
    const parts = shares.map(({ share, parts: all }) => ({
      share,
      own: all.filter((part) => part.verdict === verdict),
    }));
    const bounds = parts.map(({ share, own }) => ({ share, ...boundsOf(own) }));
    const sum = (which: "min" | "max") => bounds.reduce((total, each) => total + each.share * each[which], 0);
    if (sum("max") < LEAST) continue;
    if (sum("min") > 1 - LEAST) return true;
    const lacks = parts.flatMap(({ own }) => own.flatMap((part) => part.lacks));
    const split = bounds.some(({ min, max }) => max - min < LEAST && min > LEAST && max < 1 - LEAST);
    open.push(...(lacks.length > 0 ? lacks : [split ? WEIGHTED : SEVERAL]));
  }
  return open.length === 0 ? false : open;
}
