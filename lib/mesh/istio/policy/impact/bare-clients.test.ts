/** Clients of which some pods have no proxy: those with one follow rules and prove who they are, the others do neither. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PodRef, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ratio } from "#lib/units.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, inventory, lines, made, meshWith, object } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const pod: PodRef = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
const naked: PodRef = { ...pod, name: "q", reports: false, unmeshed: true };
const MORE_BARE = { dataplane: "none", mesh: null, pods: [pod, naked, { ...naked, name: "r" }] } as const;
const FEW_BARE = { pods: [pod, { ...pod, name: "s" }, naked] } as const;
const ALL_BARE = { dataplane: "none", mesh: null, pods: [naked] } as const;

const web = (more: Partial<Workload>, name = "shop/web") => {
  const own = inventory.workloads.get(name);
  if (own === undefined) throw new Error(`no ${name}`);
  return {
    inventory: { ...inventory, workloads: new Map([...inventory.workloads, [name, { ...own, ...more }]]) },
    mesh: meshWith({}),
  };
};
const UNMEASURED = { mtls: { share: null, basis: "unknown" }, callers: new Map() } as const;
const half = { mtls: { share: ratio(0.5), basis: "server" } } as const;
const PLAIN = { mtls: { share: ratio(0), basis: "server" }, callers: new Map() } as const;
const to = (more: Partial<ObservedCall> = {}) => [call("shop/web", "shop/reviews-v1", 10, more)];

const AWAY = made(
  object("VirtualService", "shop/r", "hosts: [reviews], http: [{route: [{destination: {host: nobody}}]}]"),
);
const SLOW = made(
  object(
    "VirtualService",
    "shop/r",
    "hosts: [reviews], http: [{fault: {abort: {httpStatus: 503, percentage: {value: 100}}}, route: [{destination: {host: reviews}}]}]",
  ),
);
const STRICT = made(object("PeerAuthentication", "shop/p", "mtls: {mode: STRICT}"));
const DISABLE = made(object("DestinationRule", "shop/off", "host: reviews, trafficPolicy: {tls: {mode: DISABLE}}"));
const ONLY_WEB = made(
  object(
    "AuthorizationPolicy",
    "shop/only",
    "rules: [{from: [{source: {principals: ['cluster.local/ns/shop/sa/web']}}]}]",
  ),
);
const HOST = "shop/web > shop/reviews";
const PAIR = "shop/web > shop/reviews-v1";
const FEW = "which of the pods of shop/web make the calls: 1 of 3 pods is without a proxy";
const MORE = "which of the pods of shop/web make the calls: 2 of 3 pods are without a proxy";

describe("a client of which some pods have no proxy", () => {
  type Row = readonly [string, Partial<Workload>, Change, readonly ObservedCall[], readonly string[]];
  const table: readonly Row[] = [
    [
      "routing concerns those with one, though most have none",
      MORE_BARE,
      AWAY,
      to(UNMEASURED),
      [`unreachable 0–10 bounded ${HOST} by r spec.http[0]: ${MORE}`],
    ],
    [
      "and not those without, though most have one",
      FEW_BARE,
      AWAY,
      to(UNMEASURED),
      [`unreachable 0–10 bounded ${HOST} by r spec.http[0]: ${FEW}`],
    ],
    [
      "what the client’s own proxies counted is theirs",
      MORE_BARE,
      AWAY,
      to({ ...UNMEASURED, sent: 10 }),
      [`unreachable 10 certain ${HOST} by r spec.http[0]`],
    ],
    ["and so is mutual TLS", MORE_BARE, AWAY, to(), [`unreachable 10 certain ${HOST} by r spec.http[0]`]],
    [
      "plaintext is of those without, where the others wouldn’t send it",
      MORE_BARE,
      AWAY,
      to(half),
      [`unreachable 5 certain ${HOST} by r spec.http[0]`],
    ],
    ["all of it", FEW_BARE, AWAY, to(PLAIN), []],
    [
      "a fault is for those with one alone",
      MORE_BARE,
      SLOW,
      to(UNMEASURED),
      [`aborted 0–10 bounded ${HOST} by r spec.http[0]: ${MORE}`],
    ],
    [
      "STRICT refuses those without: how many isn’t known",
      FEW_BARE,
      STRICT,
      to(UNMEASURED),
      [`breaks 0–10 bounded ${PAIR} by p spec.mtls.mode: ${FEW}`],
    ],
    [
      "where most have none it isn’t all of them",
      MORE_BARE,
      STRICT,
      to(UNMEASURED),
      [`breaks 0–10 bounded ${PAIR} by p spec.mtls.mode: ${MORE}`],
    ],
    [
      "what was measured in plaintext is theirs",
      FEW_BARE,
      STRICT,
      to(half),
      [`breaks 5 certain ${PAIR} by p spec.mtls.mode`],
    ],
    ["what was mutual TLS stays", MORE_BARE, STRICT, to(), []],
    [
      "who takes mutual TLS away takes it from those with one",
      MORE_BARE,
      DISABLE,
      to(),
      [`loses-mtls 10 certain ${PAIR} by off spec.trafficPolicy.tls.mode`],
    ],
    [
      "a rule of identity refuses those without one",
      MORE_BARE,
      ONLY_WEB,
      to(half),
      [`denied 5 certain ${PAIR} by only spec`],
    ],
    [
      "the server counted more than the client’s proxies: the rest is the others’, and STRICT refuses it",
      MORE_BARE,
      STRICT,
      to({ ...half, rate: 6, sent: 6, served: 12 }),
      [`breaks 6 certain ${PAIR} by p spec.mtls.mode`],
    ],
    [
      "and no rule of the client’s concerns it",
      MORE_BARE,
      AWAY,
      to({ ...half, rate: 6, sent: 6, served: 12 }),
      [`unreachable 6 certain ${HOST} by r spec.http[0]`],
    ],
    [
      "a share of what its server’s ztunnel counted is none of what the proxies did",
      MORE_BARE,
      STRICT,
      to({ ...half, sent: 10 }),
      [`breaks 0–5 unknown ${PAIR} by p spec.mtls.mode: how many calls the pods of shop/web without a proxy make`],
    ],
    [
      "no pod has one, and its proxies counted: nothing is sure",
      ALL_BARE,
      AWAY,
      to({ ...UNMEASURED, sent: 10 }),
      [`unreachable 0–10 unknown ${HOST} by r spec.http[0]: why the objects and what was measured differ`],
    ],
    ["no pod has one, and nothing says otherwise: no rule concerns it", ALL_BARE, AWAY, to(UNMEASURED), []],
  ];
  test.each(table)("%s", (_, client, change, calls, wanted) => {
    expect(lines(impact([change], calls, [], web(client)))).toEqual(wanted);
  });

  test("where the mesh’s settings aren’t known, neither is who sends plaintext", () => {
    const seen = to({ ...half, rate: 6, sent: 6, served: 12 });
    const { mesh: _, ...rest } = web(MORE_BARE);
    expect(lines(impact([AWAY], seen, [], rest))).toEqual([
      `unreachable 6–12 bounded ${HOST} by r spec.http[0]: ${MORE}`,
    ]);
  });

  test("where calls are sent to, those with a proxy are who they are", () => {
    const turn = made(
      object(
        "VirtualService",
        "shop/r",
        "hosts: [reviews], http: [{route: [{destination: {host: db, port: {number: 80}}}]}]",
      ),
    );
    const shut = object("AuthorizationPolicy", "shop/shut", "selector: {matchLabels: {app: db}}, rules: []");
    expect(lines(impact([turn], to(), [shut], web(MORE_BARE)))).toEqual([`denied 10 certain ${HOST} by shut spec`]);
  });
});

const share = fc.constantFrom(0, 0.5, 1, null);
const seen: fc.Arbitrary<ObservedCall> = fc
  .record({
    ...{ share, basis: fc.constantFrom("server" as const, "peer" as const), rate: fc.constantFrom(0, 10) },
    sent: fc.constantFrom(null, 5, 10),
    to: fc.constantFrom("shop/reviews-v1", "bank/ledger", "shop/cart"),
  })
  .map(({ share: proven, basis, rate, sent, to: target }) =>
    call("shop/web", target, rate, {
      mtls: { share: proven === null ? null : ratio(proven), basis: proven === null ? "unknown" : basis },
      ...(sent === null || rate === 0 ? {} : { sent: Math.min(sent, rate) }),
    }),
  );
const ADVERSE: ReadonlySet<string> = new Set(["denied", "breaks", "unreachable", "aborted", "loses-mtls"]);

test("taking some pods’ proxies never makes what may be refused safe, and never makes it certain of more", () => {
  const changes = [AWAY, SLOW, STRICT, DISABLE, ONLY_WEB];
  const there: fc.Arbitrary<readonly Manifest[]> = fc.subarray(
    [STRICT, DISABLE, ONLY_WEB].flatMap(({ after }) => after ?? []),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...changes),
      there,
      seen,
      fc.constantFrom(MORE_BARE, FEW_BARE),
      (change, objects, one, some) => {
        const { after } = change;
        const others = objects.filter((each) => each !== after);
        const of = (more: Partial<Workload>) => impact([change], [one], others, web(more)).items.flat();
        const [all, mixed] = [of({}), of(some)];
        // Plaintext that nobody with a proxy would send is of pods without one: no rule of the client’s concerns it.
        const unruled = one.mtls.basis === "server" && one.mtls.share !== null && one.mtls.share < 1;
        for (const item of all.filter(
          ({ verdict, certainty }) => ADVERSE.has(verdict) && (!unruled || certainty === "unknown"),
        )) {
          const same = mixed.find(({ verdict, target }) => verdict === item.verdict && target === item.target);
          expect(same?.max ?? -1).toBeGreaterThanOrEqual(unruled ? 0 : item.max - 1e-9);
        }
        for (const item of mixed.filter(({ certainty }) => certainty === "certain"))
          expect(item.min).toBeCloseTo(item.max, 9);
      },
    ),
    { numRuns: 300 },
  );
});

test("pods that join ambient beside others with a sidecar are a gap, and calls aren’t certain", () => {
  const of = (labels: Readonly<Record<string, string>>): Manifest => ({
    ...{ apiVersion: "v1", kind: "Namespace" },
    metadata: { name: "shop", labels },
  });
  const enrols: Change = { before: of({}), after: of({ "istio.io/dataplane-mode": "ambient" }) };
  const gaps = (more: Partial<Workload>) =>
    impact([enrols], to(UNMEASURED), [], web(more)).gaps.map(({ what }) => what);
  expect(gaps({})).toEqual([]);
  expect(gaps(FEW_BARE)).toEqual([expect.stringContaining("pods without a proxy beside others")]);
});
