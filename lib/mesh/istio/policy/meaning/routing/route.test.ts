import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { policy } from "../../world.test-support.ts";
import type { Caller, RequestFacts } from "./match.ts";
import { type Routed, route } from "./route.ts";
import type { Chosen } from "./target.ts";

const HOST = "reviews.shop.svc.cluster.local";
const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const vs = (http: string, place = "shop/a", more = "hosts: [reviews]") =>
  policy("VirtualService", place, spec(`${more}, http: [${http}]`));
const dr = (text: string, place = "shop/d") => policy("DestinationRule", place, spec(`host: ${HOST}, ${text}`));
const sidecar = (text: string, place = "web/s") => policy("Sidecar", place, spec(text));
const aged = (it: Manifest, day: string): Manifest => ({
  ...it,
  metadata: { ...it.metadata, creationTimestamp: `2026-01-${day}T00:00:00Z` },
});
const to = (subset: string, match = "", more = "") =>
  `{${match === "" ? "" : `match: [${match}], `}route: [{destination: {host: reviews, subset: ${subset}}}]${more}}`;
const web: Caller = { namespace: "web", labels: { app: "web" }, port: 80 };
const GET: RequestFacts = {
  method: "GET",
  path: "/a/b?q=1",
  scheme: "http",
  authority: "reviews",
  headers: { user: "ann", none: null },
  query: { q: "1" },
};

const go = (objects: readonly Manifest[], request = GET, caller = web): Routed =>
  route(HOST, "shop", caller, request, {
    rootNamespace: "istio-system",
    objects: (kind) => objects.filter((each) => manifestKindKey(each) === kind),
  });
const named = ({ object, path, does, to: list }: Chosen) =>
  `${object?.metadata.name ?? "-"} ${printPath(path)} ${does === "route" ? list.map((each) => `${each.subset ?? each.host} ${100 * each.share}`).join(", ") : does}`;
function said({ outcome }: Routed): string {
  if (outcome.kind === "routed") return named(outcome.chosen);
  if (outcome.kind === "unknown") return `? ${outcome.lacks.join(", ")}: ${outcome.candidates.map(named).join(" | ")}`;
  if (outcome.kind === "no route") return `no route by ${outcome.by.metadata.name}`;
  return `out of scope by ${outcome.by.sidecar?.metadata.name ?? outcome.by.why}`;
}
const V1 = "a spec.http[0] v1 100";
/** The service without any VirtualService. */
const ITSELF = `-  ${HOST} 100`;

describe("which rule takes a request", () => {
  const table: readonly (readonly [string, readonly Manifest[], string])[] = [
    ["no VirtualService", [], ITSELF],
    ["a rule for all", [vs(to("v1"))], V1],
    [
      "the first that fits",
      [vs(`${to("v2", "{uri: {exact: /b}}")}, ${to("v3", "{uri: {prefix: /a}}")}, ${to("v1")}`)],
      "a spec.http[1] v3 100",
    ],
    ["none: 404", [vs(to("v1", "{uri: {exact: /b}}"))], "no route by a"],
    ["one of several matches", [vs(to("v1", "{uri: {exact: /b}}, {method: {exact: GET}}"))], V1],
    ["all fields of one", [vs(to("v1", "{method: {exact: GET}, uri: {exact: /b}}"))], "no route by a"],
    ["exactly, without the query", [vs(to("v1", "{uri: {exact: /a/b}}"))], V1],
    ["whatever the case", [vs(to("v1", "{uri: {prefix: /A}, ignoreUriCase: true}"))], V1],
    ["a header that is there", [vs(to("v1", "{headers: {User: {}}}"))], V1],
    ["a header that isn't", [vs(to("v1", "{headers: {none: {exact: x}}}"))], "no route by a"],
    ["a header that is there, by a sign", [vs(to("v1", "{headers: {User: {regex: '*'}}}"))], V1],
    ["without a header", [vs(to("v1", "{withoutHeaders: {none: {}}}"))], V1],
    ["without one by a sign", [vs(to("v1", "{withoutHeaders: {none: {regex: '*'}}}"))], V1],
    ["without one that begins so", [vs(to("v1", "{withoutHeaders: {none: {prefix: a}}}"))], V1],
    [
      "what isn't there is empty to an expression",
      [vs(to("v1", "{withoutHeaders: {none: {regex: .*}}}"))],
      "no route by a",
    ],
    [
      "and to one that takes more than the empty text, too",
      [vs(to("v1", "{withoutHeaders: {none: {regex: a?}}}"))],
      "no route by a",
    ],
    ["a query parameter", [vs(to("v1", "{queryParams: {q: {exact: '1'}}}"))], V1],
    ["the caller's labels", [vs(to("v1", "{sourceLabels: {app: web}, sourceNamespace: web}"))], V1],
    ["another caller's: as if it weren't there", [vs(to("v1", "{sourceLabels: {app: x}}"))], ITSELF],
    ["another port's", [vs(to("v1", "{port: 81}"))], ITSELF],
    ["for gateways alone", [vs(to("v1", "{gateways: [edge/g]}"))], ITSELF],
    [
      "another caller's beside one for all",
      [vs(`${to("v1", "{sourceLabels: {app: x}}")}, ${to("v2", "{uri: {exact: /b}}")}`)],
      "no route by a",
    ],
    [
      "another caller's, and a further VirtualService for the same host",
      [vs(to("v1", "{sourceLabels: {app: x}}")), vs(to("v2"), "shop/b")],
      "b spec.http[0] v2 100",
    ],
    [
      "another caller's, and a further one for a wildcard, which isn't looked at",
      [vs(to("v1", "{sourceLabels: {app: x}}")), vs(to("v2"), "shop/b", "hosts: ['*.shop.svc.cluster.local']")],
      ITSELF,
    ],
    ["labels don't count beside gateways", [vs(to("v1", "{gateways: [mesh], sourceLabels: {app: x}}"))], V1],
    [
      "exported to one namespace before everyone's",
      [vs(to("v1")), vs(to("v2"), "shop/b", "hosts: [reviews], exportTo: [web]")],
      "b spec.http[0] v2 100",
    ],
    [
      "the client's own for itself before what is exported to it",
      [
        vs(to("v1"), "shop/b", "hosts: [reviews], exportTo: [web]"),
        vs("{redirect: {uri: /x}}", "web/c", `hosts: [${HOST}], exportTo: ['.']`),
      ],
      "c spec.http[0] redirect",
    ],
    ["an expression that takes all", [vs(to("v1", "{uri: {regex: '.*'}}"))], V1],
    [
      "one that Istio refuses",
      [vs(`${to("v1", "{uri: {regex: '(?=/a)'}}")}, ${to("v2")}`)],
      "? whether (?=/a) fits the path (Istio takes no such expression): a spec.http[0] v1 100 | a spec.http[1] v2 100",
    ],
    [
      "a claim",
      [vs(to("v1", "{headers: {'@request.auth.claims.x': {exact: y}}}"))],
      "? the JWT's claims: a spec.http[0] v1 100",
    ],
    ["a redirect", [vs("{redirect: {uri: /x}}")], "a spec.http[0] redirect"],
    ["an answer", [vs("{directResponse: {status: 503}}")], "a spec.http[0] answer"],
    [
      "weights",
      [
        vs(
          "{route: [{destination: {host: reviews, subset: v1}, weight: 1}, {destination: {host: reviews, subset: v2}, weight: 3}]}",
        ),
      ],
      "a spec.http[0] v1 25, v2 75",
    ],
    ["the closer host", [vs(to("v2"), "shop/w", "hosts: ['*.shop.svc.cluster.local']"), vs(to("v1"))], V1],
    ["the older of two", [aged(vs(to("v2"), "shop/b"), "02"), aged(vs(to("v1")), "01")], V1],
    ["not shown to the caller", [vs(to("v1"), "shop/a", "hosts: [reviews], exportTo: [.]")], `-  ${HOST} 100`],
    ["at gateways alone", [vs(to("v1"), "shop/a", "hosts: [reviews], gateways: [edge/g]")], `-  ${HOST} 100`],
    ["another's short name", [vs(to("v1"), "web/a")], `-  ${HOST} 100`],
    [
      "a Sidecar that doesn't know the host",
      [sidecar("egress: [{hosts: ['./*']}]"), vs(to("v1"))],
      "out of scope by s",
    ],
    ["one that does", [sidecar("egress: [{hosts: ['shop/*']}]"), vs(to("v1"))], V1],
    ["short names don't count there", [sidecar("egress: [{hosts: [shop/reviews]}]")], "out of scope by s"],
    ["one for others", [sidecar("workloadSelector: {labels: {app: x}}, egress: [{hosts: ['./*']}]"), vs(to("v1"))], V1],
    [
      "the root namespace's, where none is nearer",
      [sidecar("egress: [{hosts: ['./*']}]", "istio-system/r")],
      "out of scope by r",
    ],
    [
      "a listener of another port",
      [sidecar("egress: [{port: {number: 81}, hosts: ['*/*']}, {hosts: ['./*']}]")],
      "out of scope by s",
    ],
    [
      "the service's VirtualService isn't in scope",
      [sidecar(`egress: [{hosts: ['shop/${HOST}']}]`), vs(to("v1"), "bank/a", `hosts: [${HOST}]`)],
      `-  ${HOST} 100`,
    ],
  ];
  test.each(table)("%s", (_, objects, wanted) => expect(said(go(objects))).toBe(wanted));

  test("what isn't known is named, and what may be chosen", () => {
    const objects = [
      vs(`${to("v2", "{method: {exact: PUT}, uri: {exact: /x}}")}, ${to("v3", "{uri: {prefix: /a}}")}, ${to("v1")}`),
    ];
    expect(said(go(objects, { method: "GET" }))).toBe("? the path: a spec.http[1] v3 100 | a spec.http[2] v1 100");
    expect(said(go(objects, { path: "/a" }))).toBe("a spec.http[1] v3 100");
  });

  test("paths are normalized first, as the mesh says", () => {
    const objects = [vs(to("v1", "{uri: {prefix: /a}}"))];
    expect(said(go(objects, { path: "/a/../b", normalization: "BASE" }))).toBe("no route by a");
    expect(said(go(objects, { path: "/a/../b", normalization: "NONE" }))).toBe(V1);
    expect(said(go(objects, { path: "/a/../b" }))).toBe(`? how the mesh normalizes paths: ${V1}`);
  });

  test("those that lose are listed", () => {
    expect(go([vs(to("v1")), vs(to("v2"), "shop/b")]).shadowed.map(({ metadata }) => metadata.name)).toEqual(["b"]);
  });
});

describe("delegates", () => {
  const root = (match = "") => vs(`{${match === "" ? "" : `match: [${match}], `}delegate: {name: d}}, ${to("v9")}`);
  const delegate = (http: string, more = "exportTo: ['*']") => vs(http, "shop/d", more);
  test.each<readonly [string, readonly Manifest[], string]>([
    ["its rules stand in the place", [root(), delegate(to("v1"))], "d spec.http[0] v1 100"],
    ["what it doesn't take goes on", [root(), delegate(to("v1", "{uri: {exact: /x}}"))], "a spec.http[1] v9 100"],
    [
      "both matches must hold",
      [root("{headers: {user: {exact: bob}}}"), delegate(to("v1", "{uri: {prefix: /a}}"))],
      "a spec.http[1] v9 100",
    ],
    [
      "narrower than the root",
      [root("{uri: {prefix: /a}}"), delegate(to("v1", "{uri: {prefix: /a/b}}"))],
      "d spec.http[0] v1 100",
    ],
    [
      "wider: left out",
      [root("{uri: {prefix: /a/b}}"), delegate(to("v1", "{uri: {prefix: /a}}"))],
      "a spec.http[1] v9 100",
    ],
    [
      "with the match that it lies within, not another",
      [
        root("{uri: {prefix: /a}, headers: {user: {exact: bob}}}, {uri: {exact: /a/b}}"),
        delegate(to("v1", "{uri: {prefix: /a}}")),
      ],
      "a spec.http[1] v9 100",
    ],
    [
      "without the namespace that the root asks for: left out",
      [root("{sourceNamespace: web}"), delegate(to("v1", "{uri: {prefix: /a}}"))],
      "a spec.http[1] v9 100",
    ],
    [
      "with that namespace again",
      [root("{sourceNamespace: web}"), delegate(to("v1", "{uri: {prefix: /a}, sourceNamespace: web}"))],
      "d spec.http[0] v1 100",
    ],
    [
      "for other labels: left out",
      [root("{sourceLabels: {app: web}}"), delegate(to("v1", "{sourceLabels: {app: x}}"))],
      "a spec.http[1] v9 100",
    ],
    [
      "beside gateways of the root its own labels don't count",
      [root("{gateways: [mesh]}"), delegate(to("v1", "{sourceLabels: {app: x}}"))],
      "d spec.http[0] v1 100",
    ],
    [
      "without the same header as the root, narrower",
      [root("{withoutHeaders: {user: {prefix: bo}}}"), delegate(to("v1", "{withoutHeaders: {user: {exact: bob}}}"))],
      "d spec.http[0] v1 100",
    ],
    ["missing", [root()], "a spec.http[1] v9 100"],
    ["with hosts", [root(), vs(to("v1"), "shop/d", "hosts: [x]")], "a spec.http[1] v9 100"],
    [
      "not exported",
      [vs(`{delegate: {name: d, namespace: bank}}, ${to("v9")}`), vs(to("v1"), "bank/d", "exportTo: [.]")],
      "a spec.http[1] v9 100",
    ],
    ["in a circle", [root(), delegate(`{delegate: {name: d}}, ${to("v1")}`)], "d spec.http[1] v1 100"],
  ])("%s", (_, objects, wanted) => expect(said(go(objects))).toBe(wanted));

  test("what is left out is said", () => {
    expect(go([root()]).leftOut).toMatchObject([{ path: ["spec", "http", 0], why: "its delegate shop/d isn't there" }]);
  });
});

describe("subsets", () => {
  const declared = (objects: readonly Manifest[]) => {
    const { outcome } = go([vs(to("v1")), ...objects]);
    return outcome.kind === "routed"
      ? outcome.chosen.to.map(({ declaredBy }) => declaredBy?.metadata.name ?? null)
      : outcome.kind;
  };
  test.each<readonly [string, readonly Manifest[], readonly (string | null)[]]>([
    ["by the service's namespace", [dr("subsets: [{name: v1}]")], ["d"]],
    ["hidden by a rule of the client's namespace", [dr("subsets: [{name: v1}]"), dr("subsets: []", "web/c")], [null]],
    ["by nobody", [], [null]],
    ["by one of several that are merged", [dr("subsets: []"), dr("subsets: [{name: v1}]", "shop/e")], ["e"]],
    [
      "what is exported otherwise isn't merged, and the last that the client sees counts",
      [dr("subsets: [{name: v1}]"), dr("subsets: [], exportTo: [web]", "shop/e")],
      [null],
    ],
    [
      "nor does it count where the client doesn't see it",
      [dr("subsets: [{name: v1}]"), dr("subsets: [], exportTo: [x]", "shop/e")],
      ["d"],
    ],
    [
      "what is exported to more is merged into the older one",
      [dr("subsets: [], exportTo: [web]"), dr("subsets: [{name: v1}], exportTo: [web, x]", "shop/e")],
      ["e"],
    ],
    [
      "a rule that selects other clients hides them too, whatever it says of exports",
      [
        dr("subsets: [{name: v1}]"),
        dr("subsets: [], exportTo: [x], workloadSelector: {matchLabels: {app: x}}", "web/c"),
      ],
      [null],
    ],
    [
      "the closest host is looked for among all that are exported to anybody",
      [
        dr("subsets: [], exportTo: [x]"),
        policy("DestinationRule", "shop/e", spec("host: '*.shop.svc.cluster.local', subsets: [{name: v1}]")),
      ],
      [null],
    ],
  ])("%s", (_, objects, wanted) => expect(declared(objects)).toEqual(wanted));
});

describe("for any rules and requests", () => {
  const match = fc.record(
    {
      uri: fc.record({ prefix: fc.constantFrom("/a", "/b", "/") }),
      method: fc.record({ exact: fc.constantFrom("GET", "PUT") }),
      headers: fc.record({ user: fc.constantFrom({}, { exact: "ann" }) }, { requiredKeys: [] }),
      sourceNamespace: fc.constantFrom("web", "x"),
    },
    { requiredKeys: [] },
  );
  const rule = fc.record({
    match: fc.array(match, { maxLength: 2 }),
    route: fc.constant([{ destination: { host: "reviews" } }]),
  });
  const delegating = fc.record({ match: fc.array(match, { maxLength: 1 }), delegate: fc.constant({ name: "d" }) });
  const http = fc.array(fc.oneof(rule, delegating), { maxLength: 5 });
  const worlds = fc
    .tuple(http, http)
    .map(([own, there]) => [
      policy("VirtualService", "shop/a", { hosts: ["reviews"], http: own }),
      policy("VirtualService", "shop/d", { http: there }),
    ]);

  test("with all facts it is decided; with fewer, the same or among those that may be", () => {
    fc.assert(
      fc.property(worlds, fc.subarray(Object.keys(GET)), (objects, kept) => {
        const full = go(objects);
        expect(full.outcome.kind).not.toBe("unknown");
        const fewer = go(objects, Object.fromEntries(kept.map((key) => [key, GET[key as keyof RequestFacts]])));
        if (fewer.outcome.kind !== "unknown") expect(said(fewer)).toBe(said(full));
        else {
          expect(fewer.outcome.lacks.length).toBeGreaterThan(0);
          if (full.outcome.kind === "routed")
            expect(fewer.outcome.candidates.map(named)).toContain(named(full.outcome.chosen));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("whatever stands in them, something is answered", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const objects = [
          { ...vs(""), spec: { hosts: ["reviews"], http: a } as JsonObject },
          { ...vs("", "shop/d"), spec: b as JsonObject },
          { ...sidecar(""), spec: { egress: [b] } as JsonObject },
        ];
        expect(go(objects).outcome.kind).toBeDefined();
      }),
    );
  });
});
