/** What is asked for every call is found once: work is counted, not timed. */
import { describe, expect, test } from "vitest";
import type { ExternalHost, Workload } from "#lib/inventory/model.ts";
import type { DryRunCount } from "#lib/mesh/port.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import { impactOf } from "./by-revision.ts";
import type { ObservedCall } from "./calls.ts";
import { byPlace, call, inventory, made, object, service, turned, workload, worldOf } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const visible = () => true;

/** Each look at these members is counted. */
function counting<T extends object>(it: T, keys: readonly (keyof T)[], look: () => void): T {
  const counted = { ...it };
  for (const key of keys) Object.defineProperty(counted, key, { enumerable: true, get: () => (look(), it[key]) });
  return counted;
}

const servers = (count: number) => Array.from({ length: count }, (_, i) => `shop/s${i}`);
const pods = (name: string) => [{ name: `${name}-0`, ip: null, ready: true, phase: "Running", reports: true }];

/** web calls each of them. */
function mesh(places: readonly string[]) {
  const own = places.map((place) => ({ ...workload(place), pods: pods(place.slice(5)) }));
  return {
    ...inventory,
    workloads: byPlace([...inventory.workloads.values(), ...own]),
    services: byPlace([...inventory.services.values(), ...own.map(({ name }) => service(`shop/${name}`, [name]))]),
  };
}

const toEach = (places: readonly string[], more: Partial<ObservedCall> = {}): readonly ObservedCall[] =>
  places.map((place) => call("shop/web", place, 1, { service: { namespace: "shop", name: place.slice(5) }, ...more }));

/** How many looks a mesh of so many servers takes. */
type Work = (places: readonly string[], look: () => void) => void;

const ENTRY = object("ServiceEntry", "shop/e", "hosts: [new.example]");

describe("four times the calls and objects take four times the looks", () => {
  const rewriting = (place: string): Manifest =>
    object(
      "VirtualService",
      place,
      `hosts: [${place.slice(5)}], http: [{rewrite: {uri: /x}, route: [{destination: {host: ${place.slice(5)}}}]}]`,
    );
  const deny = object("AuthorizationPolicy", "shop/deny", "action: DENY, rules: [{to: [{operation: {paths: [/a]}}]}]");
  const trial: Manifest = {
    ...deny,
    metadata: {
      ...deny.metadata,
      ...{ annotations: { "istio.io/dry-run": "true" }, creationTimestamp: "2026-08-19T09:00:00Z" },
      managedFields: [
        { manager: "kubectl", operation: "Update", time: "2026-08-19T09:00:00Z", fieldsV1: { "f:spec": {} } },
      ],
    },
  };
  const table: readonly (readonly [string, Work])[] = [
    [
      "at rules that rewrite, of calls of whose requests something is known",
      (places, look) => {
        const calls = toEach(places, { request: { path: "/a", method: "GET", by: "server" } });
        const objects = places.map((place) => counting(rewriting(place), ["spec"], look));
        const world = worldOf(objects, { inventory: mesh(places) });
        const found = impactOf({ changes: [made(deny)], calls, world, visible });
        expect(found.items.flat()).toHaveLength(places.length);
      },
    ],
    [
      "at workloads, of calls through a waypoint",
      (places, look) => {
        const own = mesh(places);
        const workloads = [...own.workloads.values()].map((each) =>
          counting<Workload>(
            { ...each, dataplane: each.name === "web" ? each.dataplane : "ambient" },
            ["dataplane"],
            look,
          ),
        );
        const services = [...own.services.values()].map((each) => ({
          ...each,
          waypoint: { name: "door", namespace: null },
        }));
        const calls = toEach(places, { viaWaypoint: true });
        const world = worldOf([], {
          inventory: { ...own, workloads: byPlace(workloads), services: byPlace(services) },
        });
        const waypoints = object(
          "AuthorizationPolicy",
          "shop/w",
          "action: DENY, rules: [{from: [{source: {principals: ['*/sa/door']}}]}]",
        );
        const found = impactOf({ changes: [made(waypoints)], calls, world, visible });
        expect(found.items.flat()).toHaveLength(places.length);
      },
    ],
    [
      "at counters of a trial that ends",
      (places, look) => {
        const counts = places.map(
          (place): DryRunCount =>
            counting<DryRunCount>(
              {
                ...{ cluster: "west", namespace: "shop", pod: `${place.slice(5)}-0`, protocol: "http", port: 8080 },
                ...{ action: "deny", result: "denied", newborn: false, rate: perSecond(0.5) },
              },
              ["namespace", "protocol", "action", "pod"],
              look,
            ),
        );
        const world = worldOf([trial], { inventory: mesh(places) });
        const from = Date.parse("2026-08-20T13:00:00Z") / 1000;
        const changes: readonly Change[] = [turned(trial, deny)];
        const found = impactOf({ changes, calls: toEach(places), world, visible, shadows: { counts, from } });
        expect(found.items.flat().map(({ certainty, max }) => [certainty, max])).toEqual(
          places.map(() => ["certain", 0.5]),
        );
      },
    ],
    [
      "at what a gateway's rules ask, of requests whose path is known",
      (places, look) => {
        const door = object(
          "Gateway",
          "edge/door",
          "selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]",
        );
        const front = (last: string): Manifest => {
          const bound = object("VirtualService", "shop/front", "hosts: [x.com], gateways: [edge/door]");
          const http = places.map((place) => ({
            match: [{ uri: counting({ exact: place }, ["exact"], look) }],
            route: [{ destination: { host: place === places.at(-1) ? last : "reviews" } }],
          }));
          return { ...bound, spec: { ...bound.spec, http } };
        };
        const request = { path: places.at(-1) ?? "", method: "GET", by: "client" } as const;
        const calls = [call("edge/gate", "shop/reviews-v1", 4, { request })];
        const world = worldOf([door, front("reviews")], { inventory: mesh(places) });
        const found = impactOf({ changes: [turned(front("reviews"), front("empty"))], calls, world, visible });
        expect(found.items.flat()).toMatchObject([{ verdict: "unreachable", max: 4 }]);
      },
    ],
    [
      "at ServiceEntries, of calls that leave the mesh",
      (places, look) => {
        const calls = places.flatMap((place) => [call(place, "api.card.example", 1), call(place, "a.example", 1)]);
        const externalHosts = places.map(
          (place): ExternalHost =>
            counting<ExternalHost>(
              { cluster: "west", namespace: "shop", name: place, hosts: [`${place}.x`], location: "MESH_EXTERNAL" },
              ["hosts"],
              look,
            ),
        );
        const world = worldOf([], { inventory: { ...mesh(places), externalHosts } });
        impactOf({ changes: [made(ENTRY)], calls, world, visible });
      },
    ],
  ];
  test.each(table)("%s", (_what, work) => {
    const [few, most] = [50, 200].map((count) => {
      let looks = 0;
      work(servers(count), () => {
        looks += 1;
      });
      return looks;
    });
    expect(few).toBeGreaterThan(0);
    expect((most ?? 0) / (few ?? 1)).toBeLessThan(4.5);
  });
});
