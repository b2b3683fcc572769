import { describe, expect, test } from "vitest";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../world.test-support.ts";
import {
  call,
  gone,
  impact,
  inventory,
  lines,
  made,
  meshWith,
  object,
  service,
  spec,
  turned,
  workload,
} from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const DB = [call("shop/web", "shop/db", 4, { protocol: "tcp" })];
const PAIR = "shop/web > shop/db";
const vs = (rules: string, more = "hosts: [db]", place = "shop/t") =>
  object("VirtualService", place, `${more}, ${rules}`);
const to = (host: string, weight = 0) => `{destination: {host: ${host}}${weight === 0 ? "" : `, weight: ${weight}`}}`;
const tcp = (routes: string, match = "") => vs(`tcp: [{${match}route: [${routes}]}]`);
/** Istiod that reads TCPRoutes. */
const pilot = {
  ...inventory,
  workloads: new Map(inventory.workloads).set(
    "istio-system/istiod",
    workload("istio-system/istiod", "none", { app: "istiod", "app.kubernetes.io/version": "1.31.0" }),
  ),
};
const route = (kind: string, text: string) => policy(kind, "shop/r", spec(text));

describe("a change of where connections go", () => {
  const table: readonly (readonly [string, readonly Change[], readonly string[], (readonly Manifest[])?])[] = [
    ["sends them elsewhere", [made(tcp(to("reviews")))], [`rerouted 4 certain ${PAIR} by t spec.tcp[0]`]],
    [
      "sends a part of them where nobody stands",
      [turned(tcp(to("db")), tcp(`${to("db", 3)}, ${to("empty", 1)}`))],
      [`unreachable 1 certain ${PAIR} by t spec.tcp[0]`],
    ],
    ["says the same otherwise", [turned(tcp(to("db")), tcp(`${to("db", 5)}`))], []],
    ["takes the rule away, which went where they go without one", [gone(tcp(to("db")))], []],
    ["is for another port", [made(tcp(to("empty"), "match: [{port: 9}], "))], []],
    ["is for other clients", [made(tcp(to("empty"), "match: [{sourceLabels: {app: cron}}], "))], []],
    ["has rules for requests alone", [made(vs(`http: [{route: [${to("empty")}]}]`))], []],
    [
      "asks for the address, which isn't known",
      [made(tcp(to("empty"), "match: [{destinationSubnets: [10.0.0.0/8]}], "))],
      [`unreachable 0–4 unknown ${PAIR} by t spec.tcp[0]: the address that the service is called at`],
    ],
    [
      "names a subset that nobody declares",
      [made(tcp("{destination: {host: db, subset: v9}}"))],
      [`unreachable 4 certain ${PAIR} by t spec.tcp[0]`],
    ],
  ];
  for (const [title, changes, expected, objects = []] of table) {
    test(title, () => {
      expect(lines(impact(changes, DB, objects))).toEqual(expected);
    });
  }

  test("leaves what is open where it is, and says so", () => {
    const [item] = impact([made(tcp(to("empty")))], DB).items.flat();
    expect(item?.why).toMatch(/Connections that are open stay where they are/);
    const [request] = impact(
      [made(vs(`http: [{route: [${to("empty")}]}]`, "hosts: [reviews]"))],
      [call("shop/web", "shop/reviews-v1")],
    ).items.flat();
    expect(request?.why).not.toMatch(/stay where they are/);
  });

  test("by TCPRoutes, where istiod is known to read them", () => {
    const empty = route(
      "TCPRoute",
      "parentRefs: [{kind: Service, group: '', name: db}], rules: [{backendRefs: [{name: empty, port: 80}]}]",
    );
    expect(lines(impact([made(empty)], DB, [], { inventory: pilot }))).toEqual([
      `unreachable 4 certain ${PAIR} by r spec.rules[0]`,
    ]);
    expect(lines(impact([made(empty)], DB))).toEqual([
      expect.stringMatching(
        /^unreachable 0–4 unknown shop\/web > shop\/db by r spec\.rules\[0\]: whether istiod reads TCPRoutes/,
      ),
    ]);
  });

  test("by server names, which no metric tells; past the rules what the mesh says", () => {
    const tls = {
      ...inventory,
      services: new Map(inventory.services).set("shop/db", service("shop/db", ["db"], [443], "tls")),
    };
    const named = (host: string) => vs(`tls: [{match: [{sniHosts: [a.example]}], route: [${to(host)}]}]`);
    const mesh = meshWith({ registryOnly: true });
    expect(lines(impact([turned(named("db"), named("empty"))], DB, [], { inventory: tls, mesh }))).toEqual([
      `unreachable 0–4 unknown ${PAIR} by t spec.tls[0]: the server name that the client asks for by TLS (SNI)`,
    ]);
  });

  test("what no rule takes goes where the client's own Sidecar says, whatever the mesh does", () => {
    const tls = {
      ...inventory,
      services: new Map(inventory.services).set("shop/db", service("shop/db", ["db"], [443], "tls")),
    };
    const open = object("Sidecar", "shop/s", "egress: [{hosts: ['*/*']}], outboundTrafficPolicy: {mode: ALLOW_ANY}");
    const closed = object("Sidecar", "shop/s", "egress: [{hosts: ['*/*']}], outboundTrafficPolicy: {}");
    const named = vs(`tls: [{match: [{sniHosts: [a.example]}], route: [${to("db")}]}]`);
    const of = (sidecar: Manifest, registryOnly: boolean | null) =>
      lines(impact([made(named)], DB, [sidecar], { inventory: tls, mesh: meshWith({ registryOnly }) })).map((each) =>
        each.replace(/: .*/, ""),
      );
    for (const mesh of [true, false, null]) {
      expect(of(open, mesh)).toEqual([`loses-mtls 0–4 unknown ${PAIR}`]);
      expect(of(closed, mesh)).toEqual([`unreachable 0–4 unknown ${PAIR}`]);
    }
  });
});

describe("a change of connections that a gateway passes on", () => {
  const GATE = [call("edge/gate", "shop/db", 3, { protocol: "tcp" })];
  const opens = (port: string, hosts = "'*'") =>
    object(
      "Gateway",
      "edge/door",
      `selector: {app: gate}, servers: [{port: {number: 5432, ${port}}, hosts: [${hosts}]}]`,
    );
  const OPEN = opens("protocol: TCP");
  const bound = (rules: string, hosts = "'*'") => vs(rules, `hosts: [${hosts}], gateways: [edge/door]`, "shop/front");
  const FRONT = bound(`tcp: [{route: [${to("db")}]}]`);
  const LOST = "unreachable 3 certain edge/gate > shop/db";

  test("closes it", () => {
    expect(lines(impact([gone(OPEN)], GATE, [FRONT]))).toEqual([`${LOST} by front spec.tcp[0]`]);
  });
  test("takes the rule away, or sends it elsewhere", () => {
    expect(lines(impact([gone(FRONT)], GATE, [OPEN]))).toEqual([`${LOST} by front spec.tcp[0]`]);
    const empty = bound(`tcp: [{route: [${to("empty")}]}]`);
    expect(lines(impact([turned(FRONT, empty)], GATE, [OPEN]))).toEqual([`${LOST} by front spec.tcp[0]`]);
  });
  test("sends it to a Service that isn't exported to the gateway: the connection is closed", () => {
    const services = new Map(inventory.services);
    services.set("bank/ledger", { ...service("bank/ledger", ["ledger"]), exportTo: ["."] });
    const away = bound("tcp: [{route: [{destination: {host: ledger.bank.svc.cluster.local}}]}]");
    const world = { inventory: { ...inventory, services } };
    expect(lines(impact([turned(FRONT, away)], GATE, [OPEN], world))).toEqual([`${LOST} by front spec.tcp[0]`]);
  });
  test("by the server names of TLS that is passed on", () => {
    const door = object(
      "Gateway",
      "edge/door",
      "selector: {app: gate}, servers: [{port: {number: 443, protocol: TLS}, tls: {mode: PASSTHROUGH}, hosts: [a.example, b.example]}]",
    );
    const rule = (name: string, host: string) => `{match: [{sniHosts: [${name}]}], route: [${to(host)}]}`;
    const both = (a: string, b: string) =>
      bound(`tls: [${rule("a.example", a)}, ${rule("b.example", b)}]`, "a.example, b.example");
    const change = turned(both("db", "db"), both("db", "empty"));
    expect(lines(impact([change], GATE, [door]))).toEqual([
      "unreachable 0–3 unknown edge/gate > shop/db by front spec.tls[1]: the server name that the client asks for by TLS (SNI)",
    ]);
    expect(lines(impact([turned(both("db", "reviews"), both("db", "empty"))], GATE, [door]))).toEqual([]);
  });
});

describe("a change of which hosts are declared", () => {
  const entry = object(
    "ServiceEntry",
    "shop/pay",
    "hosts: [pay.example], ports: [{number: 443, name: http, protocol: HTTP}]",
  );
  const PAY = [call("shop/web", "pay.example", 3)];
  const mesh = (registryOnly: boolean | null) => ({
    mesh: meshWith({ registryOnly }),
  });
  const EXTERNAL = "shop/web > pay.example";

  test("goes, or comes, as the mesh lets calls out", () => {
    expect(lines(impact([gone(entry)], PAY, [], mesh(true)))).toEqual([`unreachable 3 certain ${EXTERNAL}`]);
    expect(lines(impact([gone(entry)], PAY, [], mesh(false)))).toEqual([`rerouted 3 certain ${EXTERNAL}`]);
    expect(lines(impact([made(entry)], PAY, [], mesh(true)))).toEqual([`allowed 3 certain ${EXTERNAL}`]);
    expect(lines(impact([gone(entry)], PAY)).map((line) => line.replace(/ \d.*/, ""))).toEqual([
      "unreachable",
      "rerouted",
    ]);
  });
  test("to the client's namespace alone", () => {
    const kept = { ...entry, spec: { ...entry.spec, exportTo: ["."] } };
    const closed = { ...entry, spec: { ...entry.spec, exportTo: ["bank"] } };
    expect(lines(impact([turned(entry, kept)], PAY, [], mesh(true)))).toEqual([]);
    expect(lines(impact([turned(entry, closed)], PAY, [], mesh(true)))).toEqual([`unreachable 3 certain ${EXTERNAL}`]);
  });
  test("a Sidecar's own word goes before the mesh's", () => {
    const sidecar = object(
      "Sidecar",
      "shop/s",
      "egress: [{hosts: ['*/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}",
    );
    expect(lines(impact([gone(entry)], PAY, [sidecar], mesh(false)))).toEqual([
      `unreachable 3 certain ${EXTERNAL} by s spec.outboundTrafficPolicy`,
    ]);
  });
  test("where a rule names the host nothing changes", () => {
    const rule = object(
      "VirtualService",
      "shop/p",
      "hosts: [pay.example], http: [{route: [{destination: {host: reviews}}]}]",
    );
    expect(lines(impact([gone(entry)], PAY, [rule], mesh(true)))).toEqual([]);
  });
  test("where it is isn't worked out", () => {
    const moved = { ...entry, spec: { ...entry.spec, resolution: "DNS" } };
    const found = impact([turned(entry, moved)], PAY, [], mesh(true));
    expect(found).toMatchObject({ items: [[]], gaps: [{ what: expect.stringContaining("resolution") }] });
  });
});

describe("calls that go elsewhere", () => {
  const moves = made(vs(`http: [{route: [${to("ledger.bank.svc.cluster.local")}]}]`, "hosts: [reviews]", "shop/r"));
  const WEB = [call("shop/web", "shop/reviews-v1", 10)];
  const mesh = {
    mesh: meshWith({ trustDomains: ["cluster.local"] }),
  };
  const rule = (rules: string) => object("AuthorizationPolicy", "bank/a", rules);
  const EDGE = "shop/web > shop/reviews";

  test("and are surely refused there are denied, with the rule that decides", () => {
    expect(lines(impact([moves], WEB, [rule("")], mesh))).toEqual([`denied 10 certain ${EDGE} by a spec`]);
    const teller = rule("rules: [{from: [{source: {principals: [cluster.local/ns/bank/sa/teller]}}]}]");
    expect(lines(impact([moves], WEB, [teller], mesh))).toEqual([`denied 10 certain ${EDGE} by a spec`]);
  });
  test("and are let in, by who they are, go elsewhere", () => {
    const web = rule("rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]");
    expect(lines(impact([moves], WEB, [web], mesh))).toEqual([`rerouted 10 certain ${EDGE} by r spec.http[0]`]);
    expect(impact([moves], WEB, [web], mesh).items.flat()[0]?.blindSpots).toEqual([]);
  });
  test("of whom it isn't known go elsewhere, with the blind spot", () => {
    const path = rule("action: DENY, rules: [{to: [{operation: {paths: [/a]}}]}]");
    const [item] = impact([moves], WEB, [path], mesh).items.flat();
    expect(item).toMatchObject({
      verdict: "rerouted",
      certainty: "certain",
      blindSpots: ["whether it is let in where it then goes"],
    });
  });
  test("and break at a server that refuses what the client sends", () => {
    const strict = object("PeerAuthentication", "bank/p", "mtls: {mode: STRICT}");
    const plain = object(
      "DestinationRule",
      "shop/d",
      "host: ledger.bank.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}",
    );
    expect(lines(impact([moves], WEB, [strict, plain], mesh))).toEqual([
      `breaks 10 certain ${EDGE} by p spec.mtls.mode`,
    ]);
    expect(lines(impact([moves], WEB, [strict], mesh))).toEqual([`rerouted 10 certain ${EDGE} by r spec.http[0]`]);
  });
  test("share by share: what goes there alone is refused there", () => {
    const part = made(
      vs(
        `http: [{route: [${to("reviews", 80)}, ${to("ledger.bank.svc.cluster.local", 20)}]}]`,
        "hosts: [reviews]",
        "shop/r",
      ),
    );
    expect(lines(impact([part], WEB, [rule("")], mesh))).toEqual([`denied 2 certain ${EDGE} by a spec`]);
  });
  test("behind a gateway with the gateway's identity", () => {
    const gate = [call("edge/gate", "shop/reviews-v1", 6)];
    const door = object(
      "Gateway",
      "edge/door",
      "selector: {app: gate}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]",
    );
    const front = (host: string) =>
      vs(`http: [{route: [${to(host)}]}]`, "hosts: ['*'], gateways: [edge/door]", "shop/front");
    const change = turned(front("reviews"), front("ledger.bank.svc.cluster.local"));
    expect(lines(impact([change], gate, [door, rule("")], mesh))).toEqual([
      "denied 6 certain edge/gate > shop/reviews by a spec",
    ]);
    const by = rule("rules: [{from: [{source: {principals: [cluster.local/ns/edge/sa/gate]}}]}]");
    expect(lines(impact([change], gate, [door, by], mesh))).toEqual([
      "rerouted 6 certain edge/gate > shop/reviews by front spec.http[0]",
    ]);
  });
});
