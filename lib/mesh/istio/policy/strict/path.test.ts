import { describe, expect, test } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { StrictPath } from "#lib/policy/strict.ts";
import { call, object, worldOf } from "../impact/impact.test-support.ts";
import { mode, of, path, peer, REVIEWS, rule, said, UNMEASURED } from "./strict.test-support.ts";

describe("what counts now, and what stays", () => {
  test("the mode with its object; by default nobody says so", () => {
    expect(of(path([]))?.now).toEqual({ mode: "PERMISSIVE", source: null, lacks: [] });
    const found = path([], { objects: [peer(mode("STRICT"), "istio-system/m")] });
    expect(found.mesh).toMatchObject({ mode: "STRICT", source: { object: { name: "m" }, path: "spec.mtls.mode" } });
    expect(of(found)).toMatchObject({ state: "strict", now: { mode: "STRICT" }, pilot: null });
  });

  test("workloads and ports that an object of their own speaks for", () => {
    const own = `selector: {matchLabels: {app: ledger}}, ${mode("STRICT")}, portLevelMtls: {8080: {mode: PERMISSIVE}, 9: {}}`;
    const { exceptions } = path([], { namespace: "bank", objects: [peer(own, "bank/p")] });
    expect(exceptions.items.map(({ workload, port, mode: now, stays }) => [workload, port, now, stays])).toEqual([
      ["ledger", null, "STRICT", false],
      ["ledger", 8080, "PERMISSIVE", true],
    ]);
    expect(exceptions.items[1]?.source?.path).toBe('spec.portLevelMtls["8080"].mode');
  });

  test("where nothing was seen nobody knows that all was looked at", () => {
    const bank = of(path([], { namespace: "bank" }), "bank");
    expect(bank).toMatchObject({ state: "open", blindSpots: [expect.stringContaining("tell of calls")] });
  });

  test("where it is switched off it has to be allowed first", () => {
    expect(of(path([], { objects: [peer(mode("DISABLE"))] }))?.state).toBe("blocked");
  });

  test("an object out of sight: neither its name nor what it says, and nothing that follows", () => {
    const hidden = peer(mode("STRICT"), "istio-system/s3cret");
    const plain = [call("outside/till", "shop/reviews-v1", 3)];
    const found = path(plain, { objects: [hidden], sees: (manifest) => manifest !== hidden });
    expect(JSON.stringify(found)).not.toMatch(/s3cret|"STRICT"/);
    expect(of(found)).toMatchObject({ state: "blocked", now: { mode: null, lacks: ["an object you may not see"] } });
    expect(found.pairs.items.map(said)).toEqual([
      "outside/till > shop/reviews-v1: plaintext measured, perhaps refused 3, lacks an object you may not see",
    ]);
  });
});

describe("what a hidden object says", () => {
  const calls = [
    call("outside/till", "shop/reviews-v1", 3),
    call("shop/web", "shop/reviews-v1"),
    call("shop/web", "shop/db", 5, UNMEASURED),
  ];
  const told = (hidden: Manifest) =>
    JSON.stringify(path(calls, { objects: [hidden], sees: (each) => each !== hidden }));

  test("of the mesh’s mode nothing follows, and what was measured as mutual TLS stays proven", () => {
    const [first, ...others] = ["STRICT", "PERMISSIVE", "DISABLE"].map((name) =>
      told(peer(mode(name), "istio-system/m")),
    );
    expect(others).toEqual([first, first]);
    expect(JSON.parse(first ?? "")).toMatchObject({ namespaces: [{ pairs: { proven: 1, unknown: 2, plaintext: 0 } }] });
  });

  test("of a DestinationRule’s mode nothing follows", () => {
    const all = ["DISABLE", "SIMPLE", "ISTIO_MUTUAL"].map((name) =>
      told(rule(`trafficPolicy: {tls: {mode: ${name}}}`, "istio-system/d", "'*'")),
    );
    expect(new Set(all).size).toBe(1);
  });
});

describe("DestinationRules against it", () => {
  test("for a host of a ServiceEntry that stands for workloads of the mesh, and for no other’s", () => {
    const entry = (place: string, host: string, more: string) =>
      object("ServiceEntry", place, `hosts: [${host}], ports: [{number: 80, name: http, protocol: HTTP}]${more}`);
    const { rules } = path([], {
      objects: [
        entry("shop/inside", "inside.example", ", location: MESH_INTERNAL"),
        entry("shop/selected", "selected.example", ", workloadSelector: {labels: {app: db}}"),
        entry("shop/outside", "outside.example", ", location: MESH_EXTERNAL"),
        entry("bank/other", "other.example", ", location: MESH_INTERNAL"),
        ...["inside", "selected", "outside", "other"].map((name) =>
          rule("trafficPolicy: {tls: {mode: SIMPLE}}", `bank/${name}`, `${name}.example`),
        ),
      ],
    });
    expect(rules.items.map(({ host, clients }) => [host, clients])).toEqual([
      ["inside.example", "bank"],
      ["selected.example", "bank"],
    ]);
  });

  test("each place with its path, whom it concerns, and a fix of that place alone", () => {
    const tls = (name: string) => `tls: {mode: ${name}}`;
    const { rules } = path([], {
      objects: [
        rule(
          `trafficPolicy: {${tls("DISABLE")}, portLevelSettings: [{port: {number: 80}, ${tls("SIMPLE")}}]}`,
          "bank/d",
          REVIEWS,
        ),
        rule(
          `trafficPolicy: {}, subsets: [{name: v1, trafficPolicy: {tls: {}}}]`,
          "shop/s",
          "'*.shop.svc.cluster.local'",
        ),
        rule(`trafficPolicy: {${tls("ISTIO_MUTUAL")}}`, "shop/fine", REVIEWS),
        rule(`trafficPolicy: {${tls("DISABLE")}}`, "shop/other", "ledger.bank.svc.cluster.local"),
      ],
    });
    expect(
      rules.items.map(({ source, says, clients, services, fix }) => [
        source.object.name,
        source.path,
        says,
        clients,
        services,
        fix.edits,
      ]),
    ).toEqual([
      ["d", "spec.trafficPolicy.tls.mode", "DISABLE", "bank", 1, [{ path: "spec.trafficPolicy.tls" }]],
      [
        "d",
        "spec.trafficPolicy.portLevelSettings[0].tls.mode",
        "SIMPLE",
        "bank",
        1,
        [{ path: "spec.trafficPolicy.portLevelSettings[0].tls" }],
      ],
      ["s", "spec.subsets[0].trafficPolicy.tls", "DISABLE", null, 4, [{ path: "spec.subsets[0].trafficPolicy.tls" }]],
    ]);
  });
});

describe("what isn't covered", () => {
  const { inventory } = worldOf([]);
  const with_ = (place: string, more: Partial<Workload>) => {
    const there = inventory.workloads.get(place);
    if (there === undefined) throw new Error(place);
    return { ...inventory, workloads: new Map([...inventory.workloads, [place, { ...there, ...more }]]) };
  };
  const texts = (found: StrictPath) => found.uncovered.items.map(({ name, kind, text }) => `${name} ${kind} ${text}`);

  test("pods without a proxy, ports that bypass it, probes, gateways, UDP", () => {
    const annotations = {
      "traffic.sidecar.istio.io/excludeInboundPorts": "9000, 9001",
      "sidecar.istio.io/rewriteAppHTTPProbers": "false",
    };
    const list = texts(path([], { inventory: with_("shop/web", { annotations }) }));
    expect(list).toEqual([
      expect.stringMatching(/^web excluded-ports Ports 9000, 9001 bypass/),
      expect.stringMatching(/^web probes .*plaintext is refused under STRICT/),
      expect.stringMatching(/^door gateway A waypoint/),
    ]);
    const outside = { namespace: "outside", inventory: with_("outside/till", { mesh: null }) };
    expect(texts(path([], outside))).toEqual([expect.stringMatching(/^till no-proxy/)]);
    const only = with_("shop/web", { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "80" } });
    expect(texts(path([], { inventory: only }))[0]).toMatch(/Only ports 80 pass/);
    const unreadable = with_("shop/web", { annotations: { "traffic.sidecar.istio.io/includeInboundPorts": "<b>" } });
    expect(texts(path([], { inventory: unreadable }))[0]).toMatch(
      /excluded-ports Not known: what .*no list that Istio/,
    );
    const pod = { name: "a", ip: null, ready: true, phase: "Running", reports: false } as const;
    const some = with_("shop/web", { pods: [pod, { ...pod, name: "b", unmeshed: true }] });
    expect(texts(path([], { inventory: some }))[0]).toMatch(/web some-pods 1 pod of 2/);
    const [first] = inventory.services.values();
    const port = { name: "dns", port: 53, protocol: "UDP", appProtocol: null };
    const udp = first
      ? { ...inventory, services: new Map([["shop/reviews", { ...first, ports: [port] }]]) }
      : inventory;
    expect(texts(path([], { inventory: udp })).join()).toContain("53/UDP");
  });
});

describe("in which order", () => {
  test("ready, then what has blind spots, then by what stands in the way; done stands last", () => {
    const calls = [call("outside/till", "bank/ledger", 3)];
    const found = path(calls, { namespace: null, objects: [peer(mode("STRICT"))] });
    expect(found.namespaces.map(({ namespace, state }) => `${namespace} ${state}`)).toEqual([
      "bank blocked",
      "shop strict",
    ]);
    const clean = path([call("shop/web", "shop/cart"), call("shop/web", "bank/ledger")], { namespace: null });
    expect(clean.namespaces.map(({ namespace, state }) => `${namespace} ${state}`)).toEqual([
      "bank ready",
      "shop ready",
    ]);
  });

  test.each([
    ["a window that isn't whole", { whole: false }],
    ["proxies that nobody scrapes", { reporting: 0 }],
    [
      "DestinationRules that can't be read",
      { unread: (kind: string) => (kind === "DestinationRule" ? "No right." : null) },
    ],
  ] as const)("%s: nothing speaks against it, and that isn't ready", (_, given) => {
    expect(of(path([call("shop/web", "shop/cart")], given))?.state).toBe("open");
  });

  test("an ambient workload that no ztunnel spoke of is a blind spot", () => {
    expect(of(path([]))?.blindSpots).toContain("whether the ztunnels before them report, of cart");
    const called = path([call("shop/web", "shop/reviews-v1", 1)]);
    expect(of(called)?.blindSpots).toEqual(["whether the ztunnels before them report, of cart"]);
  });

  test("without calls the objects are told all the same, and nothing is called safe", () => {
    const disabled = rule("trafficPolicy: {tls: {mode: DISABLE}}", "shop/d", REVIEWS);
    const found = path([], { seen: null, objects: [disabled] });
    expect(of(found)?.state).toBe("unknown");
    expect(found.rules.total).toBe(1);
  });

  test("begins with the workload that has the fewest calls, all proven, with labels that select nothing else", () => {
    const calls = [
      call("shop/web", "shop/reviews-v1", 9),
      call("shop/web", "shop/reviews-v2", 1),
      call("bank/teller", "shop/db", 20),
    ];
    expect(of(path(calls))?.pilot).toEqual({ labels: { app: "reviews" }, workloads: ["reviews-v1", "reviews-v2"] });
    const plain = [...calls, call("?", "shop/reviews-v2", 1)];
    expect(of(path(plain))?.pilot).toEqual({ labels: { app: "db" }, workloads: ["db"] });
    expect(of(path([]))?.pilot).toBeNull();
    // Callers without a proxy would show at its own proxies alone.
    expect(of(path(calls, { reporting: 0 }))?.pilot).toBeNull();
    const own = peer(`selector: {matchLabels: {app: db}}, ${mode("PERMISSIVE")}`);
    expect(of(path(plain, { objects: [own] }))?.pilot).toBeNull();
  });
});

describe("who sees one namespace", () => {
  test("callers elsewhere are one, with their sums; other namespaces are said to be there", () => {
    const visible = (_: string, namespace: string) => namespace === "shop";
    const calls = [
      call("outside/till", "shop/reviews-v1", 3),
      call("bank/teller", "shop/reviews-v1", 2, { mtls: { share: 0, basis: "server" } }),
    ];
    const found = path(calls, { namespace: null, visible });
    expect(JSON.stringify(found)).not.toMatch(/bank|till|outside|ledger/);
    expect(found.pairs.items.map(({ source, rate }) => [source, rate])).toEqual([
      ["west/restricted/restricted/restricted", 5],
    ]);
    expect(found.hidden).toBe(true);
    expect(found.namespaces.map(({ namespace }) => namespace)).toEqual(["shop"]);
  });
});
