/** What the engine keeps, where control planes read and are set apart: after any changes it finds what one finds that never saw the past. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CheckWorld } from "#lib/policy/finding.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import {
  calm,
  dr,
  istiodOf as istiod,
  namespace,
  o,
  forRevision as rev,
  service,
  settingsOf as set,
  shop,
  vs,
  waypoint,
  worldOf,
} from "./cases.test-support.ts";
import { ChecksEngine } from "./engine.ts";

/** Lists by kind that stay the same arrays where nothing in them changed, as a watch has them. */
function watch(base: CheckWorld) {
  let lists = new Map<string, readonly Manifest[]>();
  return (objects: readonly Manifest[]): CheckWorld => {
    const next = new Map<string, readonly Manifest[]>(Map.groupBy(objects, manifestKindKey));
    for (const [kind, list] of next) {
      const before = lists.get(kind);
      if (before?.length === list.length && list.every((each, at) => each === before[at])) next.set(kind, before);
    }
    lists = next;
    const now = next;
    return { ...base, objects: (kind) => now.get(kind) ?? NONE };
  };
}
const NONE: readonly Manifest[] = [];

function expectAsFresh(engine: ChecksEngine, world: CheckWorld): void {
  expect(engine.check(world)).toEqual(new ChecksEngine().check(world));
}

const NOWHERE = "hosts: [nowhere], http: [{route: [{destination: {host: nowhere}}]}]";

test("readers that are read as one are told apart by whom they are, not by how many", () => {
  const engine = new ChecksEngine();
  const world = watch(worldOf(shop));
  const routes = ["r7", "r8"].map((label) => rev(vs(NOWHERE, `shop/${label}`), label));
  const rules = (...labels: readonly string[]) =>
    labels.map((label) => rev(dr("host: reviews", `shop/${label}`), label));
  const last = ["r1", "r2", "r3", "r4", "r5", "r6"];
  expectAsFresh(engine, world([...shop, ...routes, ...rules(...last, "r9")]));
  const now = world([...shop, ...routes, ...rules("r0", ...last)]);
  expect(engine.check(now).map(({ object }) => object.name)).toEqual(expect.arrayContaining(["r7", "r8"]));
  expectAsFresh(engine, now);
});

/** Some of each kind, under few names, so that they meet. */
const SPECS: Readonly<Record<string, readonly string[]>> = {
  VirtualService: [
    "hosts: [reviews], http: [{route: [{destination: {host: reviews, subset: v2}}]}]",
    ...["hosts: [reviews], http: [{route: [{destination: {host: pay.back.svc.cluster.local}}]}]", NOWHERE],
  ],
  DestinationRule: [
    "host: reviews, subsets: [{name: v1, labels: {version: v1}}, {name: v9, labels: {version: v9}}]",
    "host: reviews, trafficPolicy: {tls: {mode: DISABLE}}, subsets: [{name: v2, labels: {version: v2}}]",
  ],
  PeerAuthentication: ["mtls: {mode: STRICT}", "mtls: {mode: DISABLE}"],
  AuthorizationPolicy: [
    'rules: [{from: [{source: {principals: ["new.example/ns/shop/sa/default", "*/ns/calm/sa/nobody"]}}]}]',
    "action: CUSTOM, provider: {name: opa}, rules: [{}]",
  ],
  ServiceEntry: ["hosts: [nowhere], ports: [{number: 443, protocol: TLS}]"],
};
const labels = [null, ...Array.from({ length: 10 }, (_, at) => `r${at}`)];
const made = new Map<string, Manifest>();
/** The same object again, where it is said again. */
function once(kind: string, place: string, spec: string, label: string | null): Manifest {
  const key = JSON.stringify([kind, place, spec, label]);
  const it = made.get(key) ?? rev(o(kind, place, spec), label);
  made.set(key, it);
  return it;
}
const object = fc
  .constantFrom(...Object.keys(SPECS))
  .chain((kind) =>
    fc
      .tuple(
        fc.constantFrom("shop/a", "shop/b", "shop/c", "shop/reviews", "back/a", "istio-system/default"),
        fc.constantFrom(...(SPECS[kind] ?? [])),
        fc.constantFrom(...labels),
      )
      .map(([place, spec, label]) => once(kind, place, spec, label)),
  );
const objects = fc.uniqueArray(object, {
  ...{ minLength: 16, maxLength: 24 },
  selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
});
/** Lists go by their order, which a change of some objects keeps. */
const steps = fc
  .tuple(
    objects,
    fc.array(fc.array(fc.tuple(fc.nat(23), fc.boolean(), object), { maxLength: 3 }), { minLength: 1, maxLength: 5 }),
  )
  .map(([first, changes]) =>
    changes.reduce<readonly (readonly Manifest[])[]>(
      (all, change) => [
        ...all,
        change.reduce<readonly Manifest[]>((list, [at, isGone, next]) => {
          const same = ({ kind, metadata }: Manifest) =>
            kind === next.kind &&
            metadata.namespace === next.metadata.namespace &&
            metadata.name === next.metadata.name;
          const kept = list.filter((each, i) => i !== at && !same(each));
          return isGone ? kept : [...kept, next];
        }, all.at(-1) ?? []),
      ],
      [first],
    ),
  );

const around = [...[...shop, ...calm, waypoint, namespace("back", "mesh: 'off'"), service("back/pay", "pay")]];

describe("as one that never saw the past, after any changes of objects", () => {
  test("of ten revisions, where it isn't known which run", () => {
    fc.assert(
      fc.property(steps, (all) => {
        const engine = new ChecksEngine();
        const world = watch(worldOf(around));
        for (const each of all) expectAsFresh(engine, world([...around, ...each]));
      }),
      { numRuns: 8, seed: 3 },
    );
  });

  const SETTINGS = [
    ...["", "enableAutoMtls: false", "trustDomain: new.example", "defaultDestinationRuleExportTo: ['.']"],
    "discoverySelectors: [{matchExpressions: [{key: mesh, operator: NotIn, values: ['off']}]}]",
    "extensionProviders: [{name: opa, envoyExtAuthzGrpc: {service: opa.shop.svc.cluster.local, port: 80}}]",
  ];
  const settings = fc.constantFrom(null, ...SETTINGS);
  const runs = fc.subarray(["r1", "r2", "r3"], { minLength: 1 });
  const turn = fc.tuple(runs, settings, settings, fc.constantFrom("on", "off"), fc.boolean());

  test("of control planes that run, of how they are set, and of what they discover", () => {
    fc.assert(
      fc.property(steps, fc.array(turn, { minLength: 6, maxLength: 6 }), (all, turns) => {
        const engine = new ChecksEngine();
        let running: Parameters<typeof turnOf>[0] | undefined;
        let world = watch(worldOf(around));
        let held: readonly Manifest[] = around;
        for (const [at, each] of all.entries()) {
          const now = turns[at];
          // Else only objects change, and what runs is as it was.
          if (now !== undefined && (running === undefined || now[4])) {
            running = now;
            held = [...around.filter(({ metadata }) => metadata.name !== "back"), ...turnOf(now)];
            world = watch(worldOf(held));
          }
          expectAsFresh(engine, world([...held, ...each]));
        }
      }),
      { numRuns: 8, seed: 9 },
    );
  });

  function turnOf([names, a, b, mesh]: readonly [readonly string[], string | null, string | null, string, boolean]) {
    return [
      ...[namespace("back", `mesh: '${mesh}'`), ...names.map(istiod)],
      ...(a === null ? [] : [set("r1", a)]),
      ...(b === null ? [] : [set("r2", b)]),
    ];
  }
});
