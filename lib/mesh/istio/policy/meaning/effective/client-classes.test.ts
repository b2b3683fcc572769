/** That one client of a class is asked for all, whatever the objects and the clients are, and how often anything is looked at. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { RoutingClass } from "#lib/policy/client-routing.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Simulation, SimulationVerdict } from "#lib/policy/simulation.ts";
import { policy } from "../../world.test-support.ts";
import { podKinds } from "../capture.ts";
import { classifier } from "./client-classes.ts";
import { api, dr, HOST, portOf, service, spec, to, V, vs, workload, worldOf } from "./client-routing.test-support.ts";
import { answerFor, clientRouting, clientsOf } from "./client-routing.ts";
import { simulate } from "./simulate.ts";

class CountedList extends Array<Manifest> {
  sorts = 0;
  override toSorted(order?: (a: Manifest, b: Manifest) => number): Manifest[] {
    this.sorts += 1;
    return [...this].toSorted(order);
  }
}

class Counted extends Map<string, Workload> {
  looks = 0;
  override get(key: string): Workload | undefined {
    this.looks += 1;
    return super.get(key);
  }
}

describe("for any objects and clients", () => {
  const subset = fc.constantFrom("v1", "v2", "v9");
  const match = fc.constantFrom(
    "",
    "{sourceLabels: {app: web}}",
    "{sourceLabels: {tier: a}}",
    "{sourceNamespace: bank}",
    "{uri: {prefix: /a}}",
    "{gateways: [edge/g]}",
  );
  const place = fc.constantFrom("shop/a", "shop/b", "bank/a", "bank/b", "istio-system/a");
  const mode = fc.constantFrom("ISTIO_MUTUAL", "DISABLE", "SIMPLE");
  const tlsRule = fc
    .tuple(
      place,
      mode,
      fc.constantFrom("", ", exportTo: [.]"),
      fc.constantFrom(
        "",
        ", workloadSelector: {matchLabels: {app: till}}",
        ", workloadSelector: {matchLabels: {tier: b}}",
      ),
    )
    .map(([at, tls, exported, selector]) =>
      dr(["v1", "v2"], at, `, trafficPolicy: {tls: {mode: ${tls}}}${exported}${selector}`),
    );
  const peer = fc
    .tuple(
      place,
      fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE"),
      fc.constantFrom("", "selector: {matchLabels: {app: w1}}, "),
    )
    .map(([at, own, selector]) => policy("PeerAuthentication", at, spec(`${selector}mtls: {mode: ${own}}`)));
  const rules = fc.array(
    fc.tuple(subset, match).map(([name, asked]) => to(name, asked)),
    { minLength: 1, maxLength: 3 },
  );
  const object: fc.Arbitrary<Manifest> = fc.oneof(
    fc
      .tuple(rules, place, fc.constantFrom("", ", exportTo: [.]", ", exportTo: [bank]"))
      .map(([list, at, more]) => vs(list.join(", "), at, `hosts: ['${HOST}']${more}`)),
    fc
      .tuple(
        place,
        fc.constantFrom(
          "",
          ", workloadSelector: {matchLabels: {app: till}}",
          ", workloadSelector: {matchLabels: {tier: a}}",
        ),
      )
      .map(([at, more]) => dr(["v1"], at, more)),
    tlsRule,
    peer,
    fc
      .tuple(
        place,
        fc.constantFrom(
          "egress: [{hosts: ['bank/*']}]",
          "workloadSelector: {labels: {tier: b}}, egress: [{hosts: ['bank/*']}]",
        ),
      )
      .map(([at, text]) => policy("Sidecar", at, spec(text))),
    fc
      .tuple(place, fc.constantFrom("reviews", "other"))
      .map(([at, name]) =>
        api(
          `parentRefs: [{group: '', kind: Service, name: ${name}, namespace: shop}], rules: [{backendRefs: [{name: reviews, namespace: shop, port: 80}]}]`,
          at,
        ),
      ),
  );
  const revision = fc.constantFrom(undefined, undefined, "a", "b");
  const ofRevision = (objects: fc.Arbitrary<Manifest>) =>
    fc
      .tuple(objects, revision)
      .map(([it, own]) => (own ? { ...it, metadata: { ...it.metadata, labels: { "istio.io/rev": own } } } : it));
  const clients = fc
    .array(
      fc.record({
        namespace: fc.constantFrom("shop", "bank", "web"),
        dataplane: fc.constantFrom("sidecar", "sidecar", "ambient", "none", "gateway"),
        app: fc.constantFrom("web", "till"),
        tier: fc.constantFrom("a", "b", "c"),
        leaves: fc.constantFrom("", "", "80", "81", "x"),
        bare: fc.boolean(),
        revision,
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((list) =>
      list.map(({ namespace, dataplane, app, tier, leaves, bare, revision: own }, at) =>
        workload(`${namespace}/w${at}`, dataplane as Workload["dataplane"], {
          labels: { app, tier, istio: tier },
          annotations: leaves === "" ? {} : { [CAPTURE.excludeOutboundPorts]: leaves },
          pods: [bare, false].map((unmeshed, each) => ({
            ...{ name: `p${each}`, ip: null, ready: true, phase: "Running", reports: true },
            ...(unmeshed ? { unmeshed } : own && { revision: own }),
          })),
        }),
      ),
    );

  test("of 1,000 clients as many are asked as can differ", () => {
    const all = Array.from({ length: 1000 }, (_, at) =>
      workload(`n${at % 20}/w${at}`, "sidecar", { labels: { app: `w${at}`, tier: at % 3 === 0 ? "a" : "b" } }),
    );
    const keys = (objects: readonly Manifest[]) =>
      new Set(all.map(classifier(worldOf(objects), () => ({ past: false, by: null })))).size;
    expect(keys([vs(to("v1")), V])).toBe(20);
    expect(keys([vs(to("v1", "{sourceLabels: {tier: a}}")), V])).toBe(40);
    expect(keys([policy("Sidecar", "n1/s", spec("workloadSelector: {labels: {tier: a}}"))])).toBe(21);
  });

  const MESH = {
    ...{ trustDomains: null, normalization: null, serviceExport: null, authorizers: null, why: null },
    registryOnly: false,
  };
  const settings = fc.constantFrom(true, false, null).map((autoMtls) => ({ mesh: { ...MESH, autoMtls } }));
  const unique = (maxLength: number) => ({
    maxLength,
    selector: (it: Manifest) => `${it.kind} ${it.metadata.namespace}/${it.metadata.name}`,
  });
  const kindsOf = (client: Workload): readonly Workload[] => podKinds(client).map((kind) => ({ ...client, ...kind }));
  const classesOf = (classes: readonly RoutingClass[], { namespace, name }: Workload) =>
    classes.filter(({ clients: all }) =>
      all.some((each) => each.namespace === namespace && each.names.some((one) => one.split(" ")[0] === name)),
    );

  test("each client has the answer that it has alone", () => {
    fc.assert(
      fc.property(fc.uniqueArray(ofRevision(object), unique(8)), clients, settings, (objects, all, more) => {
        const called = service({ workloads: ["w0", "w1"] });
        const world = worldOf(objects, called, all, more);
        const { classes } = clientRouting(called, portOf(called), world);
        for (const client of clientsOf(world)) {
          const alone = kindsOf(client).map((kind) => answerFor(kind, called, portOf(called), world, world));
          const own = classesOf(classes, client).map(({ clients: _, ...answer }) => answer);
          expect(new Set(own.map((each) => JSON.stringify(each)))).toEqual(
            new Set(alone.map((each) => JSON.stringify(each))),
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  /** Of the steps about a connection, by the server's name. */
  const met = (steps: Simulation["steps"]): ReadonlyMap<string, SimulationVerdict> =>
    new Map(
      steps
        .filter(({ kind, title }) => kind === "mtls" && title.startsWith(WITH))
        .map(({ title, verdict }) => [title.slice(WITH.length), verdict] as const),
    );
  const WITH = "Mutual TLS with ";
  const verdictOf = (connects: boolean | null): SimulationVerdict =>
    connects === null ? "unknown" : connects ? "yes" : "no";

  test("what is said of a client’s connections is what the simulator says of its requests", () => {
    let compared = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(ofRevision(fc.oneof(tlsRule, peer)), unique(8)),
        clients,
        settings,
        (objects, all, more) => {
          const called = service({ workloads: ["w0", "w1"] });
          const whole = all.map((each) => ({ ...each, pods: each.pods.filter(({ unmeshed }) => unmeshed !== true) }));
          const world = worldOf(objects, called, whole, more);
          const { classes } = clientRouting(called, portOf(called), world);
          for (const client of clientsOf(world).filter(({ dataplane }) => dataplane !== "gateway")) {
            const { namespace, name } = client;
            const asked = { namespace: "shop", name: "reviews" };
            const { steps } = simulate(
              { client: { kind: "workload", namespace, name }, service: asked, port: 80, token: "none" },
              called,
              world,
            );
            const rows = classesOf(classes, client).flatMap(({ tls }) => tls);
            for (const [server, verdict] of met(steps)) {
              const row = rows.find(({ servers }) => servers.includes(server));
              expect([server, row && verdictOf(row.connects)]).toEqual([server, verdict]);
              compared += 1;
            }
          }
        },
      ),
      { numRuns: 100 },
    );
    expect(compared).toBeGreaterThan(50);
  });

  describe("of 5,000 workloads", () => {
    /** How often objects that decide on TLS are gone through. */
    function looksOf(
      count: number,
      objects: readonly Manifest[],
    ): { readonly looks: number; readonly classes: number } {
      const all = Array.from({ length: count }, (_, at) =>
        workload(`n${at % 20}/w${at}`, "sidecar", {
          labels: { app: `w${at}` },
          annotations: at % 100 === 7 ? { [CAPTURE.excludeOutboundIPRanges]: "10.0.0.0/8" } : {},
        }),
      );
      const called = service({ addresses: ["10.0.0.9"] });
      const servers = [workload("shop/r-v1", "sidecar"), workload("shop/r-v2", "sidecar")];
      const world = worldOf([...objects, V], called, [...all, ...servers]);
      const workloads = new Counted(world.inventory.workloads);
      let looks = 0;
      const { classes } = clientRouting(called, portOf(called), {
        ...world,
        objects: (kind) => {
          if (kind === "PeerAuthentication") looks += 1;
          return world.objects(kind);
        },
        inventory: { ...world.inventory, workloads },
      });
      return { looks: looks + workloads.looks, classes: classes.length };
    }

    test("no more is looked at than of 200", () => {
      const few = looksOf(200, [vs(to("v1=10 v2=90"))]);
      expect(looksOf(5000, [vs(to("v1=10 v2=90"))])).toEqual(few);
      expect(few.classes).toBe(2);
    });

    test("PeerAuthentications are gathered once", () => {
      const called = service();
      const world = worldOf([V], called);
      const peers = new CountedList(policy("PeerAuthentication", "shop/p", spec("mtls: {mode: STRICT}")));
      const objects = (kind: string) => (kind === "PeerAuthentication" ? peers : world.objects(kind));
      clientRouting(called, portOf(called), { ...world, objects });
      expect(peers.sorts).toBe(1);
    });
  });
});
