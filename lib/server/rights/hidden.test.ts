import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_VIEW } from "#lib/api/view.ts";
import { end, inventory, l7, merge, workload } from "#lib/graph/graph.test-support.ts";
import { LENSES } from "#lib/graph/model.ts";
import type { EdgeObservation, Endpoint } from "#lib/graph/observation.ts";
import { milliseconds, perSecond, unixSeconds } from "#lib/units.ts";
import { Publication } from "../telemetry/publication.ts";
import type { Visibility } from "./model.ts";

/** Names that nothing visible has: workloads and services are called by letters. */
const HIDDEN = ["hidden-one", "hidden-two"] as const;
const NAMESPACES = ["shop", "pay", ...HIDDEN] as const;
/** Sees shop and pay of `c`, and nothing of `d`. */
const SOME: Visibility = {
  ...{ key: "some", all: false },
  namespace: (cluster, namespace) => cluster === "c" && (namespace === "shop" || namespace === "pay"),
  cluster: (cluster) => cluster === "c",
};
/** Each hidden namespace is known by an object of its own, as the watch knows every namespace there is. */
const OBJECTS = inventory(NAMESPACES.map((name) => workload(`${name}/a`)));

const namespace = fc.constantFrom(...NAMESPACES);
const letter = fc.constantFrom("a", "b", "c");
const host = fc
  .tuple(letter, namespace, fc.constantFrom("", ".svc", ".svc.cluster.local", ".SVC.cluster.local:80", ":9090", "."))
  .map(([name, inside, rest]) => `${name}.${inside}${rest}`);
const place: fc.Arbitrary<Endpoint> = fc.oneof(
  fc
    .record({ inside: namespace, name: letter, service: letter, cluster: fc.constantFrom("c", "c", "d") })
    .map(({ inside, name, service, cluster }) => end(`${inside}/${name}@${service}`, { cluster })),
  fc.tuple(namespace, letter).map(([inside, name]) => end(`svc:${inside}/${name}`)),
  host.map((name) => end(`ext:${name}`)),
  fc.constant(end("ext:api.example.com")),
  fc.constant(end("?")),
);
const principal = fc.option(namespace.map((inside) => `spiffe://cluster.local/ns/${inside}/sa/default`));
const observation: fc.Arbitrary<EdgeObservation> = fc
  .record({
    observer: fc.constantFrom("source" as const, "destination" as const, "waypoint" as const),
    ...{ source: place, destination: place, sourcePrincipal: principal, destinationPrincipal: principal },
    hosts: fc.array(host, { maxLength: 4 }),
  })
  .map(({ observer, hosts, ...more }) => ({
    ...l7(observer, "?", "?", { 200: 1, "503 UH": 1 }),
    ...more,
    hosts: new Map(hosts.map((name) => [name, perSecond(1)])),
  }));

it("says no hidden namespace's name, whatever the graph and however it is looked at", () => {
  const look = fc.record({
    lens: fc.constantFrom(...LENSES),
    fold: fc.subarray([...NAMESPACES]),
    namespaces: fc.constantFrom<string[]>([], ["shop"], ["shop", "pay"]),
    edges: fc.constantFrom("live" as const, "all" as const),
  });
  const instants = {
    at: unixSeconds(1_800_000_000),
    ...{ latencyAt: null, configurationAt: null, window: "1m" as const },
  };
  fc.assert(
    fc.property(
      fc.array(observation, { maxLength: 8 }),
      fc.array(observation, { maxLength: 4 }),
      look,
      (now, before, how) => {
        const graph = (observations: readonly EdgeObservation[]) => merge(observations, { inventory: OBJECTS });
        const from = {
          takenAt: milliseconds(0),
          latencyAsked: true,
          hour: graph([...now, ...before]),
          past: false,
          told: () => true,
          whole: () => true,
        };
        const publication = new Publication(graph(now), instants, from);
        const view = { ...DEFAULT_VIEW, ...how };
        const earlier = { publication: new Publication(graph(before), instants, from), sources: [] };
        const texts = [publication.view(view, SOME), publication.view(view, SOME, { earlier })].map((seen) =>
          seen.body([]),
        );
        for (const name of HIDDEN) for (const text of texts) expect(text.toLowerCase()).not.toContain(name);
      },
    ),
    { numRuns: 300, seed: 7 },
  );
});
