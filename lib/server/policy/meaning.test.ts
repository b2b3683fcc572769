import { describe, expect, test } from "vitest";
import { clientRoutingAt, clientRoutingSchema } from "#lib/api/client-routing.ts";
import { workloadSecuritySchema } from "#lib/api/meaning.ts";
import { sendsAt, sendsSchema } from "#lib/api/sends.ts";
import type { ClusterInventory, Service, Workload } from "#lib/inventory/model.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import type { Rights } from "../rights/model.ts";
import type { PolicyDeps } from "./deps.ts";
import { showClientRouting, showSecurity, showSends } from "./meaning.ts";
import { readingPort } from "./port.ts";

const NOW = unixSeconds(1_700_000_000);
const object = (kind: string, namespace: string, name: string, spec: object, annotations = {}): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind, spec: spec as never },
  metadata: { namespace, name, annotations, creationTimestamp: "2026-01-01T00:00:00Z" },
});
const peer = (namespace: string, mode: string, more: object = {}) =>
  object("PeerAuthentication", namespace, `peer-${namespace}`, { mtls: { mode }, ...more });
const policy = (name: string, spec: object, annotations = {}) =>
  object("AuthorizationPolicy", "shop", name, spec, annotations);
const web = { selector: { matchLabels: { app: "web" } } };

const workload = (namespace: string, name: string, dataplane: Workload["dataplane"], services: string[]): Workload => ({
  ...{ cluster: "west", namespace, name, kind: "Deployment", app: name, version: null, mesh: "istio", dataplane },
  ...{ serviceAccounts: [], labels: { app: name }, annotations: {}, pods: [], services, goneAt: null, createdAt: null },
});
const port = (number: number, targetPort: number | string) => ({
  ...{ name: null, port: number, protocol: "TCP", appProtocol: null, targetPort },
});
const service = (name: string, ports: Service["ports"], more: Partial<Service> = {}): Service => ({
  ...{ cluster: "west", namespace: "shop", name, selector: {}, ports, headless: false, workloads: [], ...more },
});
const byKey = <T extends { readonly namespace: string; readonly name: string }>(items: readonly T[]) =>
  new Map(items.map((item) => [`${item.namespace}/${item.name}`, item]));
const inventory: ClusterInventory = {
  ...{ cluster: "west", asOf: NOW, namespaces: new Map(), externalHosts: [], unread: [], workloadByIp: new Map() },
  workloads: byKey([
    workload("shop", "web", "sidecar", ["web"]),
    workload("shop", "cart", "ambient", ["cart"]),
    workload("shop", "old", "none", []),
    workload("shop", "edge", "gateway", []),
    workload("bank", "ledger", "sidecar", []),
  ]),
  services: byKey([
    service("web", [port(80, 8080), port(443, 8080), port(9090, "metrics")]),
    service("cart", [port(80, 8080)], { waypoint: { name: "door", namespace: null } }),
  ]),
};

/** Sees `shop` alone. */
const ana: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["west", { user: "ana", token: "t" }]]),
};
interface Given {
  readonly asOf?: UnixSeconds | null;
  readonly unread?: readonly { kind: string; reason: string; code: string | null }[];
  readonly denied?: readonly string[];
}
function ask(objects: readonly Manifest[], name: string, credential: Credential = ANONYMOUS, given: Given = {}) {
  const [namespace = "", last = ""] = name.split("/");
  return showSecurity(depsOf(objects, given), credential, { cluster: "west", namespace, name: last });
}
function depsOf(objects: readonly Manifest[], given: Given = {}): PolicyDeps {
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || namespace === "shop",
    }),
    ask: async (_, questions) =>
      questions.map(({ resource }) => ({ allowed: !given.denied?.includes(resource), reason: "" })),
  };
  const policies = {
    ...{ cluster: "west", asOf: given.asOf === undefined ? NOW : given.asOf, kind: () => null },
    objects: (kind: string) => objects.filter((each) => manifestKindKey(each) === kind),
    unread: given.unread ?? [],
  };
  return {
    ...{ port: readingPort, rights, clients: new Map([["west", {}]]), rootNamespace: () => "istio-system" },
    ...{ inventory: () => new Map([["west", inventory]]), store: { clusters: () => new Map([["west", policies]]) } },
  } as unknown as PolicyDeps;
}
const modes = async (answer: ReturnType<typeof ask>) =>
  Object.fromEntries((await answer).ports.map((each) => [each.port ?? each.name ?? "others", each.mode]));

describe("mutual TLS per port", () => {
  test("without a PeerAuthentication it is PERMISSIVE, and nobody says so", async () => {
    const answer = await ask([], "shop/web");
    expect(workloadSecuritySchema.parse(answer)).toEqual(answer);
    expect(answer.ports).toMatchObject([
      { port: 8080, services: ["web"], mode: "PERMISSIVE", chain: [], lacks: [] },
      { port: null, name: "metrics", mode: "PERMISSIVE" },
      { port: null, name: null, mode: "PERMISSIVE" },
    ]);
  });

  const own = peer("shop", "STRICT", {
    ...web,
    portLevelMtls: { 8080: { mode: "DISABLE" }, 7000: { mode: "STRICT" } },
  });

  test("the chain names who overrides whom, with the place", async () => {
    const [first] = (await ask([peer("istio-system", "STRICT"), own], "shop/web")).ports;
    expect(first?.mode).toBe("DISABLE");
    expect(first?.chain).toMatchObject([
      { level: "mesh", mode: "STRICT", source: { object: { name: "peer-istio-system" }, path: "spec.mtls.mode" } },
      { level: "workload", mode: "STRICT" },
      { level: "port", mode: "DISABLE", source: { path: 'spec.portLevelMtls["8080"].mode' } },
    ]);
  });

  test("a port known by its name alone is unknown where a policy goes by numbers", async () => {
    const answer = ask([own], "shop/web");
    expect(await modes(answer)).toEqual({ 8080: "DISABLE", metrics: null, 7000: "STRICT", others: "STRICT" });
    expect((await answer).ports[1]?.lacks).toEqual([expect.stringContaining("the number of port metrics")]);
  });

  test("ztunnel never refuses mutual TLS", async () => {
    expect(await modes(ask([peer("shop", "DISABLE")], "shop/cart"))).toEqual({
      8080: "PERMISSIVE",
      others: "PERMISSIVE",
    });
  });

  test("what a gateway takes isn't guessed", async () => {
    const answer = await ask([peer("shop", "STRICT")], "shop/edge");
    expect(answer.ports).toEqual([]);
    expect(answer.lacks).toEqual([expect.stringContaining("a gateway’s own servers")]);
  });
});

describe("who is let in", () => {
  const allow = policy("allow", {
    ...web,
    rules: [
      {
        from: [{ source: { principals: ["cluster.local/ns/shop/sa/cart"], notNamespaces: ["bank"] } }],
        to: [{ operation: { methods: ["GET"], paths: ["/a*", "/b"] } }],
        when: [{ key: "request.headers[x-user]", values: ["ana"] }],
      },
    ],
  });
  const deny = policy("deny", { action: "DENY", ...web, rules: [{ to: [{ operation: { ports: ["9"] } }] }] });
  const custom = policy("ask", { action: "CUSTOM", provider: { name: "opa" }, rules: [{}] });

  test("policies stand in the order in which they are asked, rules in words, and the rest is refused because of one", async () => {
    const { points } = await ask([allow, deny, custom], "shop/web");
    expect(points).toMatchObject([
      {
        kind: "sidecar",
        policies: [{ stage: "custom", rules: [{ from: [], to: [], when: [] }] }, { stage: "deny" }, { stage: "allow" }],
        otherwise: { verdict: "deny", source: { object: { name: "allow" } } },
      },
    ]);
    expect(points[0]?.policies[2]?.rules).toEqual([
      {
        path: "spec.rules[0]",
        from: ["identity cluster.local/ns/shop/sa/cart, namespace other than bank"],
        to: ["method GET, path /a* or /b"],
        when: ["request.headers[x-user] is ana"],
        caveat: "On ports that carry bytes rather than HTTP this rule lets nobody in.",
      },
    ]);
  });

  test.each([
    ["no policy: everyone may call", [], "allow", /everyone may call/],
    ["DENY alone lets the rest in", [deny], "allow", /nothing above refuses/],
    ["ALLOW without rules refuses all", [policy("none", {})], "deny", /no ALLOW rule takes/],
    [
      "what rules of two authorizers don't take is let in",
      [custom, policy("b", { action: "CUSTOM", provider: { name: "b" } })],
      "allow",
      /nothing above refuses/,
    ],
  ] as const)("%s", async (_, objects, verdict, why) => {
    const [point] = (await ask(objects, "shop/web")).points;
    expect(point?.otherwise).toMatchObject({ verdict, why: expect.stringMatching(why) });
  });

  test("authorizers that can't be asked are told of", async () => {
    const two = [custom, policy("b", { action: "CUSTOM", provider: { name: "b" } })];
    expect((await ask(two, "shop/web")).points[0]?.note).toMatch(
      /^CUSTOM asks nobody here, .* several external authorizers/,
    );
    expect((await ask([custom], "shop/web")).points[0]?.note).toBeNull();
  });

  test("a dry run stands apart and refuses nobody", async () => {
    const [point] = (await ask([policy("try", {}, { "istio.io/dry-run": "true" })], "shop/web")).points;
    expect(point).toMatchObject({ policies: [], dryRun: [{ stage: "allow" }], otherwise: { verdict: "allow" } });
  });

  test("JWT rules are told with their issuers", async () => {
    const jwt = object("RequestAuthentication", "shop", "jwt", { jwtRules: [{ issuer: "https://id" }] });
    expect((await ask([jwt], "shop/web")).points[0]?.jwt).toMatchObject([
      { issuer: "https://id", source: { path: "spec.jwtRules[0]" } },
    ]);
  });

  test("in ambient mode the waypoint comes before ztunnel, which leaves out what it can't read", async () => {
    const target = { targetRefs: [{ kind: "Service", group: "", name: "cart" }] };
    const methods = [{ to: [{ operation: { methods: ["GET"] } }] }];
    const objects = [policy("l7", { ...target, rules: methods }), policy("l4", { rules: methods }), custom];
    const { points } = await ask(objects, "shop/cart");
    expect(points.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["waypoint shop/door", "ztunnel shop/cart"]);
    expect(points[0]?.policies.map(({ source }) => source.object.name)).toEqual(["l7"]);
    expect(points[1]).toMatchObject({
      policies: [
        { source: { object: { name: "l4" } }, rules: [{ caveat: expect.stringContaining("lets nobody in") }] },
      ],
      ignored: [{ source: { object: { name: "ask" } } }],
      note: expect.stringContaining("waypoint’s identity"),
    });
  });

  test("without a proxy nobody enforces what selects it", async () => {
    const answer = await ask([policy("all", {})], "shop/old");
    expect(answer).toMatchObject({ points: [], ports: [], unenforced: [{ object: { name: "all" } }] });
  });
});

describe("what isn't known, or not for this viewer", () => {
  const secret = object("AuthorizationPolicy", "istio-system", "s3cret-name", {
    action: "DENY",
    rules: [{ from: [{ source: { namespaces: ["s3cret-namespace"] } }] }],
  });

  test("who sees one namespace learns of another's objects that they count, and nothing else", async () => {
    const answer = await ask([peer("istio-system", "STRICT"), secret], "shop/web", ana);
    expect(JSON.stringify(answer)).not.toMatch(/s3cret|STRICT|DENY|istio-system/);
    expect(answer.ports[0]).toMatchObject({
      ...{ mode: null, chain: [{ level: "mesh", source: null, mode: null }] },
      lacks: ["an object you may not see"],
    });
    expect(answer.points[0]).toMatchObject({
      ...{ policies: [], lacks: ["an object you may not see"], otherwise: { verdict: "unknown", source: null } },
    });
  });

  test("a RequestAuthentication out of sight is named, and changes nothing for calls without a JWT", async () => {
    const jwt = object("RequestAuthentication", "istio-system", "s3cret-name", {
      jwtRules: [{ issuer: "https://s3cret" }],
    });
    const answer = await ask([jwt], "shop/web", ana);
    expect(JSON.stringify(answer)).not.toContain("s3cret");
    expect(answer.points[0]).toMatchObject({
      ...{ jwt: [], lacks: ["an object you may not see"], otherwise: { verdict: "allow" } },
    });
  });

  test("what a seen object overrides doesn't matter", async () => {
    const answer = ask([peer("istio-system", "DISABLE"), peer("shop", "STRICT")], "shop/web", ana);
    expect(await modes(answer)).toEqual({ 8080: "STRICT", metrics: "STRICT", others: "STRICT" });
    expect(JSON.stringify(await answer)).not.toContain("DISABLE");
  });

  test("a kind that the viewer may not list is out of sight in a namespace that isn't", async () => {
    const answer = await ask([policy("mine", {})], "shop/web", ana, { denied: ["authorizationpolicies"] });
    expect(JSON.stringify(answer)).not.toContain("mine");
    expect(answer.points[0]?.otherwise.verdict).toBe("unknown");
  });

  test("a workload out of sight is refused, existing or not", async () => {
    await expect(ask([], "bank/ledger", ana)).rejects.toMatchObject({ problem: { code: "forbidden" } });
    await expect(ask([], "bank/nobody", ana)).rejects.toMatchObject({ problem: { code: "forbidden" } });
    await expect(ask([], "shop/nobody", ana)).rejects.toMatchObject({ problem: { code: "not_found" } });
  });

  test.each([
    [
      "a kind that can't be read",
      { unread: [{ kind: "PeerAuthentication", reason: "No right.", code: "forbidden" }] },
      null,
    ],
    [
      "a kind that the cluster doesn't have",
      { unread: [{ kind: "PeerAuthentication", reason: "-", code: "not_found" }] },
      "PERMISSIVE",
    ],
    ["objects not read yet", { asOf: null }, null],
  ] as const)("%s", async (_, given, mode) => {
    const answer = await ask([], "shop/web", ANONYMOUS, given);
    expect(answer.ports[0]?.mode).toBe(mode);
    expect(answer.ports[0]?.lacks.length).toBe(mode === null ? 1 : 0);
  });
});

describe("what a workload sends", () => {
  const at = (namespace: string, name: string) => ({ cluster: "west", namespace, name });
  const ledger = service("ledger", [port(80, 8080)], { namespace: "bank" });
  const services = new Map([...inventory.services, ["bank/ledger", ledger]]);
  const withBank = (of: PolicyDeps): PolicyDeps => ({
    ...of,
    inventory: () => new Map([["west", { ...inventory, services }]]),
  });
  const sends = (credential: Credential, workload = at("shop", "web"), search = "", of = depsOf([])) =>
    showSends(withBank(of), credential, { workload, search });
  const hosts = (answer: Awaited<ReturnType<typeof sends>>) => answer.kinds[0]?.sends.map(({ host }) => host);

  test("answers as the schema has it, to the services that the viewer may see", async () => {
    const all = await sends(ANONYMOUS);
    expect(sendsSchema.parse(all)).toEqual(all);
    expect(hosts(all)?.some((host) => host.includes(".bank."))).toBe(true);
    const own = await sends(ana);
    expect(hosts(own)?.length).toBeGreaterThan(0);
    expect(JSON.stringify(own)).not.toContain("bank");
  });

  test("and to hosts of ServiceEntries, to who may list them", async () => {
    const ports = [{ number: 443, name: "tls", protocol: "TLS" }];
    const entry = object("ServiceEntry", "shop", "api", { hosts: ["API.example.com"], ports, resolution: "DNS" });
    const told = async (given: Given) => hosts(await sends(ana, at("shop", "web"), "example", depsOf([entry], given)));
    expect(await told({})).toEqual(["api.example.com"]);
    expect(await told({ denied: ["serviceentries"] })).toEqual([]);
  });

  test.each([
    ["a namespace out of sight", at("bank", "ledger"), "forbidden"],
    ["no such workload", at("shop", "nobody"), "not_found"],
  ] as const)("%s", async (_, workload, code) => {
    await expect(sends(ana, workload)).rejects.toMatchObject({ problem: { code } });
  });

  test.each([
    ["/c/shop/web/sends", { workload: { cluster: "c", namespace: "shop", name: "web" }, search: "" }],
    ["/c/shop/web/sends?host=a.b", { workload: { cluster: "c", namespace: "shop", name: "web" }, search: "a.b" }],
    ["/c/shop/web/takes", "not_found"],
    ["/c/shop/sends", "not_found"],
    [`/c/shop/web/sends?host=${"x".repeat(254)}`, "bad_parameter"],
    ["/c/shop/web/sends?port=1", "bad_parameter"],
  ] as const)("%s", (path, expected) => {
    const read = () => sendsAt(`http://x/api/v1/meaning/workloads${path}`);
    if (typeof expected === "string")
      expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: expected }) }));
    else expect(read()).toEqual(expected);
  });
});

describe("how clients reach a service", () => {
  const at = (namespace: string, name: string) => ({ cluster: "west", namespace, name });
  const clients = (credential: Credential, service = at("shop", "web"), of: number | null = 80) =>
    showClientRouting(depsOf([]), credential, { service, host: null, port: of });

  test("answers as the schema has it, of the clients that the viewer may see", async () => {
    const all = await clients(ANONYMOUS);
    expect(clientRoutingSchema.parse(all)).toEqual(all);
    const names = (answer: typeof all) =>
      answer.classes.flatMap((each) => each.clients.map(({ namespace, names: list }) => `${namespace} ${list.join()}`));
    expect(new Set(names(all))).toEqual(new Set(["shop web", "bank ledger", "shop edge", "shop cart", "shop old"]));
    expect(names(await clients(ana))).not.toContain("bank ledger");
  });

  test("of the first port, where none is asked for", async () => {
    expect((await clients(ANONYMOUS, at("shop", "web"), null)).port).toBe(80);
  });

  test("of a ServiceEntry's host, to who may list it", async () => {
    const ports = [{ number: 80, name: "web", protocol: "HTTP" }];
    const entry = object("ServiceEntry", "shop", "api", { hosts: ["API.example.com"], ports, resolution: "DNS" });
    const asked = { service: at("shop", "api"), host: "api.example.com", port: null };
    const answer = await showClientRouting(depsOf([entry]), ANONYMOUS, asked);
    expect(clientRoutingSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ host: "api.example.com", port: 80 });
    const told = (given: Given, host = asked.host) =>
      showClientRouting(depsOf([entry], given), ana, { ...asked, host });
    await expect(told({ denied: ["serviceentries"] })).rejects.toMatchObject({ problem: { code: "not_found" } });
    await expect(told({}, "x.example.com")).rejects.toMatchObject({ problem: { code: "not_found" } });
  });

  test.each([
    ["a namespace out of sight", at("bank", "ledger"), 80, "forbidden"],
    ["no such service", at("shop", "nobody"), 80, "not_found"],
    ["no such port", at("shop", "web"), 81, "not_found"],
  ] as const)("%s", async (_, service, number, code) => {
    await expect(clients(ana, service, number)).rejects.toMatchObject({ problem: { code } });
  });

  test.each([
    [
      "/c/shop/web/routing?port=80",
      { service: { cluster: "c", namespace: "shop", name: "web" }, host: null, port: 80 },
    ],
    ["/c/shop/web/routing", { service: { cluster: "c", namespace: "shop", name: "web" }, host: null, port: null }],
    [
      "/c/shop/api/routing?host=api.example.com",
      { service: { cluster: "c", namespace: "shop", name: "api" }, host: "api.example.com", port: null },
    ],
    ["/c/shop/api/routing?host=", "bad_parameter"],
    ["/c/shop/web", "not_found"],
    ["/c/shop/web/routing/more", "not_found"],
    ["/c/shop/web/routing?port=0", "bad_parameter"],
    ["/c/shop/web/routing?port=x", "bad_parameter"],
    ["/c/shop/web/routing?to=x", "bad_parameter"],
  ])("the address %s", (path, wanted) => {
    const read = () => clientRoutingAt(`http://x/api/v1/meaning/services${path}`);
    if (typeof wanted === "string")
      expect(read).toThrow(expect.objectContaining({ problem: expect.objectContaining({ code: wanted }) }));
    else expect(read()).toEqual(wanted);
  });
});
