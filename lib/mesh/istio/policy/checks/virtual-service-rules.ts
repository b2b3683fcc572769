/** VirtualServices: hosts that several claim, rules that are never reached, delegates. */
import type { Manifest } from "#lib/policy/manifest.ts";
import { resolveHost } from "../hosts.ts";
import { few } from "../lookup.ts";
import {
  byAge,
  has,
  type JsonObject,
  listAt,
  namespaceOf,
  objectAt,
  textAt,
  textsAt,
  visibleTo,
} from "../routing/json.ts";
import { gatewaysOf } from "../routing/virtual-services.ts";
import { TRAFFIC, VIRTUAL_SERVICE } from "./docs.ts";
import { type Draft, type Family, removing, rulesOf } from "./family.ts";
import { isOnly, mendOr } from "./mend.ts";
import { type Model, meet, push } from "./model.ts";

/** Compared with at most so many others of one host: a thousand claims of one host make a thousand findings, not a million. */
const COMPARED = 20;

/** VirtualServices on the mesh by full host, oldest first. */
export const claims = (model: Model) => {
  const found = new Map<string, Manifest[]>();
  for (const vs of model.objects("VirtualService").toSorted(byAge)) {
    if (!gatewaysOf(vs).includes("mesh")) continue;
    for (const host of new Set(textsAt(vs.spec, "hosts").map((each) => resolveHost(each, namespaceOf(vs))))) {
      push(found, host, vs);
    }
  }
  return found;
};

function* conflicts(model: Model): Generator<Draft> {
  for (const [host, list] of model.table(claims)) {
    for (const [at, vs] of list.entries()) {
      const other = list.slice(0, Math.min(at, COMPARED)).find((each) => each !== vs && meet(each, vs));
      if (other === undefined) continue;
      yield {
        code: "mesh-host-claimed-twice",
        at: vs,
        path: ["spec", "hosts", Math.max(0, hostIndex(vs, host))],
        message: `${host} is claimed on the mesh by ${other.metadata.name} in ${namespaceOf(other)} too: sidecars follow one of them, and rules of the other never count.`,
        evidence: [{ at: other, path: ["spec", "hosts", Math.max(0, hostIndex(other, host))], text: "the same host" }],
        fix: "Put the rules of both into one VirtualService, or let exportTo show each to other namespaces.",
      };
    }
  }
}

const hostIndex = (vs: Manifest, host: string): number =>
  textsAt(vs.spec, "hosts").findIndex((each) => resolveHost(each, namespaceOf(vs)) === host);

/** Equal texts: the match takes the same calls. Names of matches don't count. */
function matchKey(match: JsonObject, gatewaysHere: readonly string[]): string {
  const { name: _, gateways: __, ...rest } = match;
  const where = textsAt(match, "gateways");
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([k, v]) => [k, sorted(v)]),
          )
        : value;
  return JSON.stringify([[...(where.length > 0 ? where : gatewaysHere)].sort(), sorted(rest)]);
}

const takesAll = (match: JsonObject): boolean => {
  const keys = Object.keys(match).filter((key) => key !== "name");
  const root = keys.length === 1 && keys[0] === "uri" && textAt(objectAt(match, "uri"), "prefix") === "/";
  return keys.length === 0 || root;
};

/** A rule that delegates is over only where its delegate has a rule for the call: what that doesn't take goes on. */
const ends = (rule: JsonObject): boolean => !has(rule, "delegate");

function* unreachable(vs: Manifest): Generator<Draft> {
  const here = gatewaysOf(vs);
  for (const protocol of ["http", "tls", "tcp"]) {
    const seen = new Map<string, number>();
    let all: number | null = null;
    for (const [i, rule] of listAt(vs.spec, protocol).entries()) {
      const matches = listAt(rule, "match");
      const path = ["spec", protocol, i];
      const duplicates = matches.map((match) => seen.get(matchKey(match, here)) ?? null);
      const known = duplicates.filter((each) => each !== null);
      const before = all !== null ? [all] : known.length === matches.length ? [...new Set(known)] : [];
      if (before.length > 0) {
        yield {
          code: "rule-unreachable",
          at: vs,
          path,
          message: `${few(before.map((each) => `${protocol}[${each}]`))} before it ${before.length === 1 ? "takes" : "take"} every call that this rule would: it is never used.`,
          evidence: before.map((each) => ({ at: vs, path: ["spec", protocol, each], text: "takes its calls" })),
          fix: { text: "Take the rule away, or put it first.", edits: [removing(path)] },
        };
      } else {
        for (const [j, dup] of duplicates.entries()) {
          if (dup === null) continue;
          yield {
            code: "match-ineffective",
            at: vs,
            path: [...path, "match", j],
            message: `${protocol}[${dup}] before it already takes what this match would.`,
            evidence: [{ at: vs, path: ["spec", protocol, dup], text: "has the same match" }],
            fix: { text: "Take the match away.", edits: [removing([...path, "match", j])] },
          };
        }
      }
      if (!ends(rule)) continue;
      for (const match of matches) if (!seen.has(matchKey(match, here))) seen.set(matchKey(match, here), i);
      if (protocol !== "tls" && (matches.length === 0 || matches.some(takesAll))) all ??= i;
    }
  }
}

function* delegates(vs: Manifest, model: Model): Generator<Draft> {
  const isRoot = textsAt(vs.spec, "hosts").length > 0;
  for (const [i, rule] of listAt(vs.spec, "http").entries()) {
    const name = textAt(objectAt(rule, "delegate"), "name");
    if (name === null) continue;
    const namespace = textAt(objectAt(rule, "delegate"), "namespace") ?? namespaceOf(vs);
    const path = ["spec", "http", i, "delegate"];
    if (!isRoot) {
      yield {
        code: "delegate-of-delegate",
        at: vs,
        path,
        message:
          "Delegates go one level: a VirtualService without hosts can't delegate further, so this rule is ignored.",
        namespaces: [namespace],
        fix: "Move the rules here, or let the object with hosts delegate to both.",
      };
      continue;
    }
    const to = model.find("VirtualService", namespace, name);
    const lost =
      "so this rule is left out: its calls go on to the rules after it, and answer 404 where none takes them";
    if (to === undefined && model.knows("VirtualService", namespace)) {
      yield {
        code: "delegate-unknown",
        at: vs,
        path,
        message: `There is no VirtualService ${namespace}/${name}, ${lost}.`,
        namespaces: [namespace],
        fix: mendOr(
          isOnly(vs, ["spec", "http", i]) ? null : [removing(["spec", "http", i])],
          "Create it, or take the rule away.",
          "Create it, or say here where calls go.",
        ),
      };
    } else if (to !== undefined && textsAt(to.spec, "hosts").length > 0) {
      yield {
        code: "delegate-has-hosts",
        at: vs,
        path,
        message: `${namespace}/${name} names hosts of its own and isn't taken as a delegate, ${lost}.`,
        evidence: [{ at: to, path: ["spec", "hosts"], text: "its hosts" }],
        fix: "Take the hosts out of the delegate, or route here.",
      };
    } else if (to !== undefined && !visibleTo(to, namespaceOf(vs))) {
      yield {
        code: "delegate-not-exported",
        at: vs,
        path,
        message: `${namespace}/${name} isn't exported to ${namespaceOf(vs)}, ${lost}.`,
        evidence: [{ at: to, path: ["spec", "exportTo"], text: "where it counts" }],
        fix: `Add ${namespaceOf(vs)} to its exportTo.`,
      };
    }
  }
}

const rule = rulesOf(VIRTUAL_SERVICE);

export const virtualServiceRules: Family = {
  rules: {
    "mesh-host-claimed-twice": rule(
      ["KIA1106", "IST0109"],
      "error",
      "Two VirtualServices that some namespace sees both of claim one host on the mesh. At gateways such objects are merged, and nothing is reported.",
      TRAFFIC,
    ),
    "rule-unreachable": rule(["IST0130"], "warning", "A rule comes after others that take all its calls."),
    "match-ineffective": rule(["IST0131"], "info", "One of a rule's matches is in a rule before it."),
    "delegate-unknown": rule(["IST0101"], "error", "A rule delegates to a VirtualService that isn't there."),
    "delegate-not-exported": rule([], "error", "A rule delegates to a VirtualService that its namespace doesn't see."),
    "delegate-has-hosts": rule([], "error", "A rule delegates to a VirtualService with hosts, which is no delegate."),
    "delegate-of-delegate": rule([], "error", "A delegate delegates further (a cycle does so too)."),
  },
  parts: [
    { reads: ["VirtualService"], all: conflicts },
    { of: ["VirtualService"], reads: [], each: unreachable },
    { of: ["VirtualService"], reads: ["VirtualService"], each: delegates },
  ],
};
