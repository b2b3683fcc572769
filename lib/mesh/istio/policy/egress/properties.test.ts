import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { changes } from "../changes.ts";
import { fullName, serviceOfHost } from "../hosts.ts";
import { call, worldOf } from "../impact/impact.test-support.ts";
import { knows, sidecarOf } from "../meaning/routing/scope.ts";
import { policy } from "../world.test-support.ts";
import { proposeEgress } from "./propose.ts";

const manifest = (kind: string, where: string, spec: object): Manifest => policy(kind, where, spec as JsonObject);
const namespaces = fc.constantFrom("shop", "bank", "routes", "istio-system");
const service = fc.constantFrom("reviews.shop", "ledger.bank", "cart.shop", "db.shop", "money.bank");
const host = service.map((each) => `${each}.svc.cluster.local`);
const declared = fc.constantFrom("api.card.example", "*.card.example", "*.example");
const route = fc
  .record({
    where: namespaces,
    hosts: fc.uniqueArray(host, { minLength: 1, maxLength: 2 }),
    to: host,
    open: fc.boolean(),
  })
  .map(({ where, hosts, to, open }) =>
    manifest("VirtualService", `${where}/r`, {
      hosts,
      http: [{ route: [{ destination: { host: to } }] }],
      ...(open ? {} : { exportTo: ["."] }),
    }),
  );
const entry = fc
  .record({ where: namespaces, own: declared })
  .map(({ where, own }) => manifest("ServiceEntry", `${where}/e`, { hosts: [own], ports: [{ number: 443 }] }));
const sidecar = fc
  .record({
    where: fc.constantFrom("shop", "istio-system"),
    labels: fc.constantFrom({}, { app: "web" }),
    hosts: fc.uniqueArray(fc.constantFrom("./*", "bank/*", "*/*", "istio-system/*"), { minLength: 1 }),
  })
  .map(({ where, labels, hosts }) =>
    manifest("Sidecar", `${where}/${"app" in labels ? "own" : "all"}`, {
      egress: [{ hosts }],
      ...("app" in labels ? { workloadSelector: { labels } } : {}),
    }),
  );
const objects = fc.uniqueArray(fc.oneof(route, entry, sidecar), {
  maxLength: 6,
  selector: ({ kind, metadata }) => `${kind}/${metadata.namespace}/${metadata.name}`,
});
const calls = fc.uniqueArray(
  fc.tuple(
    fc.constantFrom("shop/web", "shop/cron", "shop/nightly", "bank/teller"),
    fc.constantFrom("shop/reviews-v1", "bank/ledger", "shop/cart", "api.card.example", "b.example", "bank/missing"),
  ),
  { maxLength: 8, selector: (each) => each.join(">") },
);

describe("for any calls and objects", () => {
  test("every host that was seen and is known stays known under the proposal, by the code that routes calls", () => {
    fc.assert(
      fc.property(objects, calls, (there, pairs) => {
        const world = { ...worldOf(there), visible: () => true, whole: true };
        const seen = pairs.map(([from, to]) => call(from, to, 1));
        const found = proposeEgress({ namespace: "shop", workload: null, hosts: null }, seen, world);
        expect(found.breaks).toEqual([]);
        const intent = {
          kind: "egress",
          cluster: "west",
          scope: { level: "namespace", namespace: "shop" },
          hosts: found.hosts,
        } as const;
        const made = changes(intent, world).manifests;
        const names = new Set(made.map(({ metadata }) => metadata.name));
        const kept = there.filter(
          ({ kind, metadata }) => !(kind === "Sidecar" && metadata.namespace === "shop" && names.has(metadata.name)),
        );
        const after = worldOf([...kept, ...made]);
        for (const { source, service: called } of seen) {
          if (
            called === null ||
            source.namespace !== "shop" ||
            world.inventory.services.get(`${called.namespace}/${called.name}`) === undefined
          )
            continue;
          const labels = world.inventory.workloads.get(`shop/${source.name}`)?.labels ?? {};
          const caller = { namespace: "shop", labels, port: 80 };
          const full = fullName(called);
          const owner = serviceOfHost(full)?.namespace ?? "";
          if (knows(sidecarOf(caller, world), full, owner, caller))
            expect(knows(sidecarOf(caller, after), full, owner, caller)).toBe(true);
        }
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  test("where nothing limits the clients yet, none of what is proposed for what was seen can be left out without losing something", () => {
    fc.assert(
      fc.property(objects, calls, (all, pairs) => {
        const there = all.filter(({ kind }) => kind !== "Sidecar");
        const world = { ...worldOf(there), visible: () => true, whole: true };
        const seen = pairs.map(([from, to]) => call(from, to, 1));
        const ask = (hosts: readonly string[] | null) =>
          proposeEgress({ namespace: "shop", workload: null, hosts }, seen, world);
        const { hosts } = ask(null);
        for (const each of hosts.filter((one) => one !== "./*" && one !== "istio-system/*")) {
          expect([each, ask(hosts.filter((one) => one !== each)).breaks.length]).not.toEqual([each, 0]);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});
