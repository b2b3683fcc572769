import { describe, expect, test } from "vitest";
import { CAPTURE } from "#lib/inventory/capture-notes.ts";
import type { Workload } from "#lib/inventory/model.ts";
import type { RoutingClass } from "#lib/policy/client-routing.ts";
import type { ClientTls, TlsSay } from "#lib/policy/client-tls.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import {
  ask as askAll,
  CLIENTS,
  dr,
  HOST,
  of,
  portOf,
  service,
  spec,
  to,
  V,
  vs,
  workload,
  worldOf,
} from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";
import type { SecurityWorld } from "./sight.ts";

const MESH = {
  ...{ autoMtls: true, trustDomains: null, normalization: null, registryOnly: false, serviceExport: null },
  ...{ authorizers: null, why: null },
};
const NO_AUTO = { mesh: { ...MESH, autoMtls: false } };
const pa = (place: string, text: string): Manifest => policy("PeerAuthentication", place, spec(text));
const STRICT = pa("shop/default", "mtls: {mode: STRICT}");
const OFF = pa("shop/default", "mtls: {mode: DISABLE}");
const tls = (mode: string) => `trafficPolicy: {tls: {mode: ${mode}}}`;
const rule = (more: string, place = "shop/d") => policy("DestinationRule", place, spec(`host: ${HOST}, ${more}`));
const ask = (objects: readonly Manifest[], called = service(), more: Partial<SecurityWorld> = {}) =>
  askAll(objects, called, { mesh: MESH, ...more });

const sayText = ({ source, level, says }: TlsSay): string =>
  `${source === null ? "?" : `${source.object.namespace}/${source.object.name}`} ${level} ${says}`;
const rowText = ({ subset, servers, by, sends, takes, connects, lacks }: ClientTls): string =>
  `${by === "client" ? "" : `${by}: `}${subset ?? "any"} ${servers.join("+")}: ${sends} to ${takes}: ${connects}${lacks.length > 0 ? ` (${lacks.join("; ")})` : ""}`;

function rowsOf(classes: readonly RoutingClass[], client: string): readonly ClientTls[] {
  const [namespace, name = ""] = client.split("/");
  const own = classes.filter(({ clients }) =>
    clients.some((each) => each.namespace === namespace && each.names.includes(name)),
  );
  expect(own).toHaveLength(1);
  return own.flatMap((each) => each.tls);
}
const said = (classes: readonly RoutingClass[], client: string): readonly string[] =>
  rowsOf(classes, client).map(rowText);

const BOTH = "shop/r-v1+shop/r-v2";

describe("what each client sends", () => {
  const rows: readonly (readonly [string, readonly Manifest[], Partial<SecurityWorld>, string, string])[] = [
    ["automatic mutual TLS", [], {}, "shop/web", `any ${BOTH}: automatic to PERMISSIVE: true`],
    ["automatic, to STRICT", [STRICT], {}, "shop/web", `any ${BOTH}: automatic to STRICT: true`],
    ["automatic, where the server takes none", [OFF], {}, "shop/web", `any ${BOTH}: plaintext to DISABLE: true`],
    ["off, to STRICT", [STRICT], NO_AUTO, "shop/web", `any ${BOTH}: plaintext to STRICT: false`],
    [
      "the setting isn’t known",
      [],
      { mesh: { ...MESH, autoMtls: null, why: "no ConfigMap" } },
      "shop/web",
      `any ${BOTH}: null to PERMISSIVE: null (enableAutoMtls of the mesh: no ConfigMap)`,
    ],
    ["ISTIO_MUTUAL", [rule(tls("ISTIO_MUTUAL"))], NO_AUTO, "shop/web", `any ${BOTH}: ISTIO_MUTUAL to PERMISSIVE: true`],
    [
      "ISTIO_MUTUAL, where the server takes none",
      [OFF, rule(tls("ISTIO_MUTUAL"))],
      {},
      "shop/web",
      `any ${BOTH}: ISTIO_MUTUAL to DISABLE: false`,
    ],
    ["DISABLE to STRICT", [STRICT, rule(tls("DISABLE"))], {}, "shop/web", `any ${BOTH}: plaintext to STRICT: false`],
    ["DISABLE", [rule(tls("DISABLE"))], {}, "bank/till", `any ${BOTH}: plaintext to PERMISSIVE: true`],
    ["own TLS to STRICT", [STRICT, rule(tls("SIMPLE"))], {}, "shop/web", `any ${BOTH}: SIMPLE to STRICT: false`],
    [
      "own TLS",
      [rule(tls("MUTUAL"))],
      {},
      "shop/web",
      `any ${BOTH}: MUTUAL to PERMISSIVE: null (whether the workload itself speaks TLS)`,
    ],
    [
      "a credentialName that sidecars don’t read",
      [rule("trafficPolicy: {tls: {mode: SIMPLE, credentialName: c}}")],
      {},
      "shop/web",
      `any ${BOTH}: plaintext to PERMISSIVE: true`,
    ],
    [
      "a rule of another client’s",
      [rule(tls("DISABLE"), "bank/d")],
      {},
      "shop/web",
      `any ${BOTH}: automatic to PERMISSIVE: true`,
    ],
    [
      "a rule of its own",
      [rule(tls("DISABLE"), "bank/d")],
      {},
      "bank/till",
      `any ${BOTH}: plaintext to PERMISSIVE: true`,
    ],
    [
      "one that selects it",
      [rule(`${tls("DISABLE")}, workloadSelector: {matchLabels: {app: web}}`)],
      {},
      "shop/web",
      `any ${BOTH}: plaintext to PERMISSIVE: true`,
    ],
    [
      "one that selects others",
      [rule(`${tls("DISABLE")}, workloadSelector: {matchLabels: {app: other}}`)],
      {},
      "shop/web",
      `any ${BOTH}: automatic to PERMISSIVE: true`,
    ],
    ["without a proxy", [], {}, "old/raw", `nobody: any ${BOTH}: plaintext to PERMISSIVE: true`],
    ["without a proxy, to STRICT", [STRICT], {}, "old/raw", `nobody: any ${BOTH}: plaintext to STRICT: false`],
    [
      "an ambient client, to sidecars",
      [STRICT],
      {},
      "amb/one",
      `any ${BOTH}: null to null: null (whether the server’s sidecar takes HBONE)`,
    ],
    ["an ambient client, to PERMISSIVE sidecars", [], {}, "amb/one", `any ${BOTH}: null to PERMISSIVE: true`],
    [
      "PeerAuthentications can’t be read",
      [],
      { unread: (kind) => (kind === "PeerAuthentication" ? "forbidden" : null) },
      "shop/web",
      `any ${BOTH}: null to null: null (PeerAuthentication: forbidden)`,
    ],
  ];
  test.each(rows)("%s", (_, objects, more, client, wanted) =>
    expect(said(ask(objects, service(), more), client)).toEqual([wanted]),
  );

  test("subsets by themselves, as their rules and the servers’ policies say", () => {
    const subsets = `subsets: [{name: v1, labels: {version: v1}, trafficPolicy: {portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}}, {name: v2, labels: {version: v2}}]`;
    const own = pa("shop/v1", "selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}");
    const classes = ask([rule(`${tls("ISTIO_MUTUAL")}, ${subsets}`), vs(to("v1=10 v2=90")), own]);
    expect(said(classes, "shop/web")).toEqual([
      "v1 shop/r-v1: plaintext to STRICT: false",
      "v2 shop/r-v2: ISTIO_MUTUAL to PERMISSIVE: true",
    ]);
    const [v1, v2] = rowsOf(classes, "shop/web");
    expect(v1?.chain.map(sayText)).toEqual(["shop/d subset port DISABLE", "shop/v1 workload STRICT"]);
    expect(v1?.chain[0]?.source?.path).toBe("spec.subsets[0].trafficPolicy.portLevelSettings[0].tls.mode");
    expect(v1?.why).toEqual([
      "The DestinationRule that counts is one of the client’s namespace, and says it for the subset’s port.",
      "STRICT refuses what isn’t the mesh’s mutual TLS.",
    ]);
    expect(v2?.chain.map(sayText)).toEqual(["shop/d rule ISTIO_MUTUAL"]);
    expect(rowsOf(classes, "bank/till")[1]?.why).toEqual([
      "The DestinationRule that counts is one of the service’s namespace, and says it as a whole.",
    ]);
  });

  test("places that are never reached, or that calls don’t arrive at, have no row", () => {
    const classes = ask([V, vs(`${to("v1=100 v9=0")}, ${to("v2", "{uri: {prefix: /a}}")}`)]);
    expect(said(classes, "shop/web")).toEqual(["v1 shop/r-v1: automatic to PERMISSIVE: true"]);
    expect(said(ask([dr(["v3"]), vs(to("v3"))]), "shop/web")).toEqual([]);
    expect(said(ask([V, vs(to("v9"))]), "shop/web")).toEqual([]);
  });

  test("automatic mutual TLS names the policies that it goes by, and the setting where that decides", () => {
    const [row] = rowsOf(
      ask([pa("istio-system/default", "mtls: {mode: STRICT}"), pa("shop/p", "mtls: {mode: PERMISSIVE}")]),
      "shop/web",
    );
    expect(row?.chain.map(sayText)).toEqual(["istio-system/default mesh STRICT", "shop/p namespace PERMISSIVE"]);
    expect(row?.why.at(-1)).toBe("enableAutoMtls of the mesh is on.");
    expect(row?.identified).toBe(true);
    expect(rowsOf(ask([], service(), NO_AUTO), "shop/web")[0]?.why.at(-1)).toBe("enableAutoMtls of the mesh is off.");
  });

  test("an entry for the port that says nothing takes away what the rule says, but for its mark on the pods", () => {
    const rows = (mode: string) => {
      const settings = `trafficPolicy: {tls: {mode: ${mode}}, portLevelSettings: [{port: {number: 80}, loadBalancer: {simple: RANDOM}}]}`;
      const classes = ask([STRICT, rule(settings)]);
      return { says: said(classes, "shop/web"), row: rowsOf(classes, "shop/web")[0] };
    };
    const marked = rows("ISTIO_MUTUAL");
    expect(marked.says).toEqual([`any ${BOTH}: automatic to STRICT: true`]);
    expect(marked.row?.chain.map(sayText)).toEqual([
      "shop/d port no tls",
      "shop/d rule ISTIO_MUTUAL",
      "shop/default namespace STRICT",
    ]);
    expect(marked.row?.chain[0]?.source?.path).toBe("spec.trafficPolicy.portLevelSettings[0]");
    expect(marked.row?.why).toEqual([
      "The DestinationRule’s entry for the port says nothing of TLS, and takes the place of all else that it says.",
      "Automatic mutual TLS: what the rule says otherwise marks the pods for it, whatever their PeerAuthentications say.",
      "enableAutoMtls of the mesh is on.",
    ]);
    const unmarked = rows("DISABLE");
    expect(unmarked.says).toEqual([`any ${BOTH}: plaintext to STRICT: false`]);
    expect(unmarked.row?.why.slice(1)).toEqual([
      "What the rule says otherwise leaves the pods unmarked: automatic mutual TLS isn’t sent.",
      "STRICT refuses what isn’t the mesh’s mutual TLS.",
    ]);
  });

  test("a port of the workload’s own, by number, and by name where it isn’t known", () => {
    const own = pa("shop/v1", "selector: {matchLabels: {app: r-v1}}, portLevelMtls: {'8080': {mode: DISABLE}}");
    const at = (targetPort: number | string) =>
      ask([own], service({ ports: [{ name: "http", port: 80, protocol: "TCP", appProtocol: null, targetPort }] }));
    expect(said(at(8080), "shop/web")).toEqual([
      "any shop/r-v1: plaintext to DISABLE: true",
      "any shop/r-v2: automatic to PERMISSIVE: true",
    ]);
    expect(rowsOf(at(8080), "shop/web")[0]?.chain.map(sayText)).toEqual(["shop/v1 workload port DISABLE"]);
    expect(said(at("web"), "shop/web")[0]).toBe("any shop/r-v1: null to null: null (the workload's port)");
  });

  test("servers whose pods are partly without a proxy, and ports that come past the sidecar", () => {
    const pod = { name: "p", ip: null, ready: true, phase: "Running", reports: true };
    const partly = workload("shop/r-v1", "sidecar", { pods: [pod, { ...pod, name: "q", unmeshed: true }] });
    const past = workload("shop/r-v2", "sidecar", { annotations: { [CAPTURE.excludeInboundPorts]: "80" } });
    const clients = [...CLIENTS.filter(({ name }) => !name.startsWith("r-")), partly, past];
    const classes = clientRouting(
      service(),
      portOf(service()),
      worldOf([], service(), clients, { mesh: MESH }),
    ).classes;
    expect(said(classes, "shop/web")).toEqual([
      "any shop/r-v1 (1 of 2 pods, with a sidecar): automatic to PERMISSIVE: true",
      "any shop/r-v1 (1 of 2 pods, without a proxy): plaintext to no proxy: true",
      "any shop/r-v2: automatic to past: false",
    ]);
    expect(said(classes, "shop/r-v1 (1 of 2 pods, without a proxy)")[0]).toMatch(/^nobody: /);
  });

  test("a gateway by its own rules", () => {
    const gate = policy(
      "Gateway",
      "edge/g",
      spec("selector: {istio: in}, servers: [{port: {number: 80, protocol: HTTP}, hosts: ['*']}]"),
      "networking.istio.io",
    );
    const open = vs(to("v1"), "shop/a", "hosts: [x.com], gateways: [edge/g]");
    expect(said(ask([V, gate, open]), "edge/in")).toEqual(["v1 shop/r-v1: automatic to PERMISSIVE: true"]);
  });

  test("ambient clients to a waypoint, which sends on", () => {
    const called = service({ waypoint: { name: "door", namespace: null } });
    const ambient = CLIENTS.map(
      (each): Workload => (each.name.startsWith("r-") ? { ...each, dataplane: "ambient" } : each),
    );
    const world = worldOf([V, vs(to("v1"))], called, ambient, { mesh: MESH });
    const { classes } = clientRouting(called, portOf(called), world);
    expect(said(classes, "amb/one")).toEqual([
      "any shop/door: HBONE to HBONE: true",
      "waypoint: v1 shop/r-v1: HBONE to HBONE: true",
    ]);
    // What sidecars do with HBONE isn't known.
    expect(said(classes, "bank/till")).toEqual([
      "v1 shop/r-v1: null to PERMISSIVE: null (whether the client's proxy speaks HBONE)",
    ]);
  });

  test("a gateway’s Service gets plaintext", () => {
    const called = service({ name: "in", namespace: "edge", workloads: ["in"] });
    const gate = "selector: {}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}]";
    const opens = policy("Gateway", "edge/g", spec(gate), "networking.istio.io");
    const base = worldOf([opens], called, CLIENTS, { mesh: MESH });
    const world = { ...base, inventory: { ...base.inventory, services: new Map([["edge/in", called]]) } };
    const { classes } = clientRouting(called, portOf(called), world);
    expect(said(classes, "shop/web")).toEqual(["any edge/in: plaintext to null: true"]);
    expect(said(classes, "amb/one")).toEqual(["any edge/in: plaintext to null: true"]);
  });

  test("what may not be seen says nothing, and isn’t named", () => {
    const hidden = pa("shop/secret", "mtls: {mode: STRICT}");
    const classes = ask([hidden], service(), { sees: (each) => each.metadata.name !== "secret" });
    expect(said(classes, "shop/web")).toEqual([`any ${BOTH}: null to null: null (an object you may not see)`]);
    expect(JSON.stringify(classes)).not.toMatch(/secret|STRICT/);
    expect(rowsOf(classes, "shop/web")[0]?.chain).toEqual([{ source: null, level: null, says: null }]);
  });

  test("of more workloads than are looked at none is guessed", () => {
    const many = Array.from({ length: 21 }, (_, at) => workload(`shop/m${at}`, "sidecar"));
    const called = service({ workloads: many.map(({ name }) => name) });
    const world = worldOf([], called, [...CLIENTS, ...many], { mesh: MESH });
    expect(said(clientRouting(called, portOf(called), world).classes, "shop/web")).toEqual([
      "any : null to null: null (a smaller choice than 21 workloads that it may be sent to)",
    ]);
  });
});

describe("connections that leave past the client’s sidecar", () => {
  const left = (note: keyof typeof CAPTURE, text: string) => {
    const away = workload("bank/away", "sidecar", { annotations: { [CAPTURE[note]]: text } });
    const called = service({ addresses: ["10.0.0.9"] });
    const world = worldOf([STRICT, V, vs(to("v1"))], called, [...CLIENTS, away], { mesh: MESH });
    return clientRouting(called, portOf(called), world).classes;
  };
  const PAST = "past; all → any 100";
  test.each([
    ["excludeOutboundPorts", "80", PAST],
    ["excludeOutboundPorts", "81", "rules; all → v1 100"],
    ["excludeOutboundIPRanges", "10.0.0.0/8", PAST],
    ["includeOutboundIPRanges", "192.168.0.0/16", PAST],
    ["includeOutboundIPRanges", "10.0.0.0/24", "rules; all → v1 100"],
    [
      "excludeOutboundPorts",
      "http",
      'unknown; what traffic.sidecar.istio.io/excludeOutboundPorts: "http" lets past the sidecar: it is no list that Istio takes',
    ],
    ["interceptionMode", "NONE", "unknown; what comes to a sidecar whose interceptionMode is NONE"],
  ] as const)("%s: %s", (note, text, wanted) => expect(of(left(note, text), "bank/away")).toBe(wanted));

  test("are a class of their own, with the annotation, in plaintext, which STRICT refuses", () => {
    const classes = left("excludeOutboundPorts", "80");
    const own = classes.find(({ decides }) => decides === "past");
    expect(own).toMatchObject({ plane: "sidecar", leaves: CAPTURE.excludeOutboundPorts });
    expect(own?.clients).toEqual([{ namespace: "bank", names: ["away"] }]);
    expect(said(classes, "bank/away")).toEqual([`nobody: any ${BOTH}: plaintext to STRICT: false`]);
    expect(of(classes, "bank/till")).toBe("rules; all → v1 100");
  });
});

test("calls that go past the rules of those who don’t know the service", () => {
  const scope = policy("Sidecar", "bank/s", spec("egress: [{hosts: ['bank/*']}]"));
  expect(said(ask([STRICT, scope]), "bank/till")).toEqual([`nobody: any ${BOTH}: plaintext to STRICT: false`]);
  expect(said(ask([STRICT, scope], service(), { mesh: { ...MESH, registryOnly: true } }), "bank/till")).toEqual([]);
});
