import { describe, expect, test } from "vitest";
import type { RoutingClass } from "#lib/policy/client-routing.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { policy } from "../../world.test-support.ts";
import { keepsServices } from "../routing/unknown-host.ts";
import { calledEntry } from "./called.ts";
import { CLIENTS, of, portOf, service, spec, workload, worldOf } from "./client-routing.test-support.ts";
import { clientRouting } from "./client-routing.ts";

const HOST = "api.example.com";
const WEB = "ports: [{number: 80, name: web, protocol: HTTP}]";
const CIPHER = "ports: [{number: 80, name: cipher, protocol: TLS}]";
const entry = (more = `${WEB}, resolution: DNS`): Manifest =>
  policy("ServiceEntry", "shop/api", spec(`hosts: [${HOST}], ${more}`));
const labelled = (more: string, labels: Readonly<Record<string, string>>): Manifest => {
  const made = entry(more);
  return { ...made, metadata: { ...made.metadata, labels } };
};
const vs = (rules: string, place = "shop/a") => policy("VirtualService", place, spec(`hosts: [${HOST}], ${rules}`));
const dr = (more: string, place = "shop/d") => policy("DestinationRule", place, spec(`host: ${HOST}, ${more}`));
const SIMPLE = "trafficPolicy: {tls: {mode: SIMPLE}}";
const FAR = workload("shop/far", "sidecar", { labels: { app: "far" } });

function ask(made: Manifest, others: readonly Manifest[] = []): readonly RoutingClass[] {
  const objects = [made, ...others];
  const world = worldOf(objects, service(), [...CLIENTS, FAR], {
    keeps: keepsServices({ services: new Map() }, { entries: () => [made] }),
  });
  const called = calledEntry(made, HOST, world.inventory);
  const answer = clientRouting(called, portOf(called), world);
  expect(answer.host).toBe(HOST);
  return answer.classes;
}

/** Of the first rule of a client's class: where it goes, and what is sent. */
function sent(classes: readonly RoutingClass[], client: string): string {
  const [namespace, name = ""] = client.split("/");
  const own = classes.find(({ clients }) =>
    clients.some((each) => each.namespace === namespace && each.names.includes(name)),
  );
  const target = own?.rules[0]?.to[0];
  const pods = target?.pods ? `${target.pods.ready}/${target.pods.all} pods` : null;
  return [pods, target?.ends, target?.sends, target?.fails].filter((each) => each != null).join("; ");
}

const PLAIN = "as it comes, without TLS of its own";
const PODS = `${WEB}, location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {labels: {app: far}}`;

describe("a host of a ServiceEntry, by its clients", () => {
  const rows: readonly (readonly [string, Manifest, readonly Manifest[], string, string])[] = [
    ["no rule", entry(), [], "shop/web", "itself; all → any 100"],
    ["a client without a proxy", entry(), [], "old/raw", "itself; all → any 100"],
    ["a gateway that doesn’t lead there", entry(), [], "edge/in", "nothing"],
    ["an ambient client", entry(), [], "amb/one", "itself; all → any 100"],
    [
      "a rule",
      entry(),
      [vs(`http: [{match: [{uri: {prefix: /a}}], route: [{destination: {host: ${HOST}}}]}]`)],
      "shop/web",
      'rules; path starts with "/a" → any 100; 404',
    ],
    [
      "a subset of the ServiceEntry’s namespace",
      entry(),
      [dr("subsets: [{name: v1}]"), vs(`http: [{route: [{destination: {host: ${HOST}, subset: v1}}]}]`)],
      "bank/till",
      "rules; all → v1 100",
    ],
    [
      "a subset that the client’s own rule hides",
      entry(),
      [
        dr("subsets: [{name: v1}]"),
        dr("subsets: []", "bank/d"),
        vs(`http: [{route: [{destination: {host: ${HOST}, subset: v1}}]}]`),
      ],
      "bank/till",
      "rules; all → v1 100!",
    ],
    [
      "not exported",
      entry(`${WEB}, exportTo: ['.']`),
      [],
      "bank/till",
      "not-exported; the mesh’s outboundTrafficPolicy, which decides whether calls go past the mesh or nowhere",
    ],
    ["exported to its own namespace", entry(`${WEB}, exportTo: ['.']`), [], "shop/web", "itself; all → any 100"],
    [
      "left out",
      entry(),
      [
        policy(
          "Sidecar",
          "shop/s",
          spec("egress: [{hosts: ['bank/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}"),
        ),
      ],
      "shop/web",
      "out-of-scope",
    ],
    ["TLS by its name", entry(CIPHER), [], "shop/web", `itself; SNI = ${HOST} → any 100; outbound-traffic-policy`],
    [
      "TLS at an address of its own",
      entry(`${CIPHER}, addresses: [10.0.0.9]`),
      [],
      "shop/web",
      "itself; all → any 100",
    ],
    [
      "a rule for TLS",
      entry(CIPHER),
      [vs(`tls: [{match: [{sniHosts: [${HOST}]}], route: [{destination: {host: ${HOST}}}]}]`)],
      "shop/web",
      `rules; SNI = ${HOST} → any 100; outbound-traffic-policy`,
    ],
    [
      "a waypoint that doesn’t run",
      labelled(`${WEB}, addresses: [10.0.0.9]`, { "istio.io/use-waypoint": "nobody" }),
      [],
      "amb/one",
      "unknown; whether waypoint shop/nobody runs",
    ],
    [
      "a waypoint’s rule",
      labelled(`${WEB}, addresses: [10.0.0.9]`, { "istio.io/use-waypoint": "door" }),
      [vs("http: [{directResponse: {status: 418}}]")],
      "amb/one",
      "rules; all → answer",
    ],
  ];
  test.each(rows)("%s", (_, made, others, client, wanted) => expect(of(ask(made, others), client)).toBe(wanted));

  const ends: readonly (readonly [string, Manifest, readonly Manifest[], string])[] = [
    ["what DNS says", entry(), [], `what DNS says of ${HOST}:80, outside the mesh; ${PLAIN}`],
    [
      "TLS that the sidecar begins",
      entry(),
      [dr(SIMPLE)],
      `what DNS says of ${HOST}:80, outside the mesh; by TLS that it begins itself`,
    ],
    ["what the client calls", entry(WEB), [], `the address that the client calls, outside the mesh; ${PLAIN}`],
    [
      "endpoints",
      entry(`${WEB}, resolution: STATIC, endpoints: [{address: 192.0.2.7}, {address: 192.0.2.8, ports: {web: 81}}]`),
      [],
      `192.0.2.7:80 and 192.0.2.8:81, outside the mesh; ${PLAIN}`,
    ],
    [
      "none that a subset’s labels take: what DNS says has none",
      entry(),
      [
        dr("subsets: [{name: v1, labels: {v: '1'}}]"),
        vs(`http: [{route: [{destination: {host: ${HOST}, subset: v1}}]}]`),
      ],
      "503: no endpoint stands behind it",
    ],
    [
      "a Service’s name",
      entry(`${WEB}, resolution: DNS, endpoints: [{address: reviews.shop}]`),
      [],
      `what DNS says of reviews.shop:80; ${PLAIN}`,
    ],
    ["none", entry(`${WEB}, resolution: STATIC`), [], "503: no endpoint stands behind it"],
    ["pods", entry(PODS), [], "1/1 pods; not known: enableAutoMtls of the mesh"],
    [
      "pods, by a DestinationRule",
      entry(PODS),
      [dr("trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}")],
      "1/1 pods; by the mesh’s mutual TLS",
    ],
    [
      "a WorkloadEntry beside them",
      entry(PODS),
      [
        policy("WorkloadEntry", "shop/vm", spec("address: 10.0.0.5, labels: {app: far}")),
        dr("trafficPolicy: {tls: {mode: DISABLE}}"),
      ],
      `1/1 pods; 10.0.0.5:80; ${PLAIN}`,
    ],
  ];
  const vm = (address: string, more: object = {}, status?: string): Manifest => {
    const made = policy("WorkloadEntry", "shop/vm", spec(`address: ${JSON.stringify(address)}, labels: {app: none}`));
    const healthy = { conditions: [{ type: "Healthy", status: status ?? "" }] };
    return { ...made, metadata: { ...made.metadata, ...more }, ...(status === undefined ? {} : { status: healthy }) };
  };
  const checked = (value: string) => ({ annotations: { "proxy.istio.io/health-checks-enabled": value } });
  const VMS = PODS.replace("{app: far}", "{app: none}");
  const NONE = "503: no endpoint stands behind it";
  const left: readonly (readonly [string, Manifest, string])[] = [
    ["isn’t asked for its health", vm("10.0.0.5", checked("false")), "10.0.0.5:80"],
    ["whose annotation istiod doesn’t read", vm("10.0.0.5", checked("yes")), "10.0.0.5:80"],
    ["is healthy", vm("10.0.0.5", checked("true"), "True"), "10.0.0.5:80"],
    ["isn’t healthy", vm("10.0.0.5", checked("true"), "False"), NONE],
    ["isn’t known to be healthy", vm("10.0.0.5", checked("1")), NONE],
    ["has a condition of neither", vm("10.0.0.5", checked("true"), "Unknown"), NONE],
    ["is a name", vm("vm.example.com"), NONE],
    ["is a socket", vm("unix:///run/it"), NONE],
  ];
  test.each(left)("a WorkloadEntry that %s", (_, entryOf, wanted) => {
    const others = [entryOf, dr("trafficPolicy: {tls: {mode: DISABLE}}")];
    expect(sent(ask(entry(VMS), others), "shop/web")).toMatch(wanted);
    const ambient = sent(ask(entry(`${VMS}, addresses: [240.0.0.1]`), others), "amb/one");
    expect(ambient).toMatch(wanted === NONE ? /^not known: .*ztunnel/ : wanted);
  });

  test("a WorkloadEntry that is a name counts where DNS says the endpoints", () => {
    const dns = entry(VMS.replace("STATIC", "DNS"));
    expect(sent(ask(dns, [vm("vm.example.com")]), "shop/web")).toMatch("what DNS says of vm.example.com:80");
  });

  test.each(ends)("ends at %s", (_, made, others, wanted) => expect(sent(ask(made, others), "shop/web")).toBe(wanted));

  test("beside endpoints that aren’t known no pods are told alone", () => {
    const rows = (sees: (each: Manifest) => boolean) => {
      const made = entry(PODS);
      const beside = policy("WorkloadEntry", "shop/vm", spec("address: 10.0.0.5, labels: {app: far}"));
      const objects = [made, beside, dr("trafficPolicy: {tls: {mode: DISABLE}}")];
      const keeps = keepsServices({ services: new Map() }, { entries: () => [made] });
      const world = worldOf(objects, service(), [...CLIENTS, FAR], { keeps, sees });
      const called = calledEntry(made, HOST, world.inventory);
      return clientRouting(called, portOf(called), world)
        .classes.filter(({ clients }) => clients.some(({ names }) => names.includes("web")))
        .flatMap(({ tls }) => tls)
        .map(({ servers, connects, lacks }) => ({ servers, connects, lacks }));
    };
    expect(rows(() => true)).toEqual([{ servers: ["shop/far"], connects: true, lacks: [] }]);
    expect(rows(({ kind }) => kind !== "WorkloadEntry")).toEqual([
      { servers: [], connects: null, lacks: ["an object you may not see"] },
    ]);
  });

  const LOOKED_UP = "the address that the client calls";
  const straight: readonly (readonly [string, Manifest, string, string])[] = [
    ["what DNS says", entry(), "old/raw", `${LOOKED_UP}, outside the mesh`],
    ["no endpoint", entry(`${WEB}, resolution: STATIC`), "old/raw", LOOKED_UP],
    ["pods", entry(PODS), "old/raw", LOOKED_UP],
    ["ambient", entry(), "amb/one", `${LOOKED_UP}, outside the mesh`],
    ["ambient, at an address of the host’s", entry(`${PODS}, addresses: [10.0.0.9]`), "amb/one", "1/1 pods"],
  ];
  test.each(straight)("clients that no proxy takes to its endpoints: %s", (_, made, client, wanted) =>
    expect(sent(ask(made), client)).toBe(wanted),
  );

  test("of two objects that name it none is guessed", () => {
    const twin = policy("ServiceEntry", "bank/twin", spec(`hosts: [${HOST}], ${WEB}`));
    expect(of(ask(entry(), [twin]), "shop/web")).toBe(`unknown; which of the objects that name ${HOST} counts`);
  });
});
