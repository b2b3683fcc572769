import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationSchema } from "#lib/api/simulation.ts";
import { problemOf } from "#lib/errors.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ana, ask, client, from, object, peer } from "./simulation.test-support.ts";

const HOST = "api.example.com";
const entry = (spec: object = {}, more: object = {}): Manifest => {
  const made = object(
    "ServiceEntry",
    "shop",
    { hosts: [HOST], ports: [{ number: 80, name: "web", protocol: "HTTP" }], resolution: "DNS", ...spec },
    "networking",
    "api",
  );
  return { ...made, ...more, metadata: { ...made.metadata, ...(more as Manifest).metadata } };
};
const TLS = entry({ ports: [{ number: 80, name: "cipher", protocol: "TLS" }] });
const INSIDE = { location: "MESH_INTERNAL", resolution: "STATIC" };
const PODS = { ...INSIDE, workloadSelector: { labels: { app: "r-v1" } } };
const rule = (spec: object, namespace = "shop") =>
  object("DestinationRule", namespace, { host: HOST, ...spec }, "networking");
const SIMPLE = rule({ trafficPolicy: { tls: { mode: "SIMPLE" } } });
const routes = (http: object[], more: object = {}) =>
  object("VirtualService", "shop", { hosts: [HOST], http, ...more }, "networking");
const sends = (host: string, subset?: string) => ({ route: [{ destination: { host, ...(subset && { subset }) } }] });
const CALLED = { service: { namespace: "shop", name: "api", host: HOST }, host: HOST };
const AMB = { ...CALLED, client: client("amb") };
const TILL = { ...CALLED, client: client("till", "bank") };
const LOOKED_UP = /what stands at the address that the client itself looks up for api.example.com/;
const sidecar = (more: object) => object("Sidecar", "shop", { egress: [{ hosts: ["bank/*"] }], ...more }, "networking");

describe("to a host of a ServiceEntry", () => {
  const known: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    ["outside, without TLS", [entry()], {}, "yes", /No object routes it[^]*as it comes[^]*api.example.com:80, outside/],
    ["outside, by TLS that the sidecar begins", [entry(), SIMPLE], {}, "yes", /by TLS that it begins itself/],
    [
      "another port there",
      [entry({ ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 443 }] })],
      {},
      "yes",
      /api.example.com:443/,
    ],
    ["the address that was called", [entry({ resolution: "NONE" })], {}, "yes", /the address that the client called/],
    [
      "an endpoint",
      [entry({ resolution: "STATIC", endpoints: [{ address: "192.0.2.7" }] })],
      {},
      "yes",
      /192.0.2.7:80/,
    ],
    [
      "an endpoint’s own port",
      [entry({ resolution: "STATIC", endpoints: [{ address: "192.0.2.7", ports: { web: 9000 } }] })],
      {},
      "yes",
      /192.0.2.7:9000/,
    ],
    ["no endpoint", [entry({ resolution: "STATIC" })], {}, "no", /503/],
    ["pods, by mutual TLS", [entry(PODS), peer("STRICT")], {}, "yes", /mutual TLS; the server takes STRICT/],
    [
      "pods as if they were outside",
      [entry({ ...PODS, location: "MESH_EXTERNAL" }), peer("STRICT")],
      {},
      "no",
      /refused/,
    ],
    [
      "pods that let the client in",
      [entry(PODS), from({ principals: ["cluster.local/ns/shop/sa/web"] })],
      {},
      "yes",
      /Let in/,
    ],
    ["pods that don’t", [entry(PODS), from({ principals: ["cluster.local/ns/shop/sa/other"] })], {}, "no", /403/],
    [
      "no pod that its selector takes",
      [entry({ ...PODS, workloadSelector: { labels: { app: "none" } } })],
      {},
      "no",
      /503/,
    ],
    ["a rule sends it to a Service", [entry(), routes([sends("reviews")])], {}, "yes", /goes to shop\/reviews:80/],
    [
      "a rule takes nothing of it",
      [entry(), routes([{ match: [{ uri: { exact: "/x" } }], ...sends(HOST) }])],
      {},
      "no",
      /404/,
    ],
    ["a subset that nobody declares", [entry(), routes([sends(HOST, "v1")])], {}, "no", /503/],
    [
      "a subset of its endpoints",
      [
        entry({
          resolution: "STATIC",
          endpoints: [{ address: "192.0.2.7", labels: { v: "1" } }, { address: "192.0.2.8" }],
        }),
        rule({ subsets: [{ name: "v1", labels: { v: "1" } }] }),
        routes([sends(HOST, "v1")]),
      ],
      {},
      "yes",
      /To 192\.0\.2\.7:80: (?![^]*192\.0\.2\.8)/,
    ],
    [
      "exported to another namespace alone",
      [entry({ exportTo: ["bank"] }), sidecar({ egress: [], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })],
      {},
      "no",
      /The ServiceEntry isn’t exported to shop[^]*502/,
    ],
    [
      "left out by the Sidecar",
      [entry(), sidecar({ outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } })],
      {},
      "no",
      /leaves the ServiceEntry out[^]*502/,
    ],
    [
      "past the mesh, to its address",
      [entry(), sidecar({ outboundTrafficPolicy: { mode: "ALLOW_ANY" } })],
      {},
      "yes",
      /past the mesh’s rules/,
    ],
    [
      "of a client in another namespace",
      [entry(), rule({ trafficPolicy: { tls: { mode: "SIMPLE" } } }, "bank")],
      TILL,
      "yes",
      /by TLS that it begins/,
    ],
    ["TLS of the client’s own, by its name", [TLS], { sni: HOST }, "yes", /outside the mesh/],
    ["from outside the mesh", [entry()], { client: { kind: "outside" } }, "yes", /The client sends it/],
    [
      "from outside the mesh, on the port that was called",
      [entry({ ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 443 }] })],
      { client: { kind: "outside" } },
      "yes",
      /^(?![^]*443)[^]*the address that the client called/,
    ],
    [
      "ambient, on the port that was called",
      [entry({ ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 443 }] })],
      AMB,
      "yes",
      /^(?![^]*443)[^]*the address that the client called/,
    ],
    [
      "ambient, by an address of the host to another port",
      [entry({ addresses: ["240.0.0.1"], ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 443 }] })],
      AMB,
      "yes",
      /api.example.com:443/,
    ],
    ["ambient, without a waypoint", [entry()], AMB, "yes", /The ServiceEntry has no waypoint[^]*outside the mesh/],
    [
      "ambient, to an ambient pod",
      [entry({ ...PODS, addresses: ["240.0.0.1"], workloadSelector: { labels: { app: "k-v1" } } })],
      AMB,
      "yes",
      /HBONE/,
    ],
    [
      "ambient, through a waypoint, which routes",
      [
        entry({ addresses: ["240.0.0.1"] }, { metadata: { labels: { "istio.io/use-waypoint": "door" } } }),
        routes([{ directResponse: { status: 418 } }]),
      ],
      AMB,
      "no",
      /ServiceEntry to its waypoint[^]*answers it/,
    ],
    [
      "ambient, through a waypoint that lets it in by the ServiceEntry’s policy",
      [
        entry({ addresses: ["240.0.0.1"] }, { metadata: { labels: { "istio.io/use-waypoint": "door" } } }),
        object("AuthorizationPolicy", "shop", {
          targetRefs: [{ kind: "ServiceEntry", group: "networking.istio.io", name: "api" }],
          rules: [{ from: [{ source: { principals: ["cluster.local/ns/shop/sa/amb"] } }] }],
        }),
      ],
      AMB,
      "yes",
      /Let in[^]*outside the mesh/,
    ],
  ];
  test.each(known)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, { ...CALLED, ...more });
    expect(simulationSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ title, text }) => `${title}: ${text}`).join(" ")).toMatch(said);
  });

  const OTHER = { ...entry(), metadata: { ...entry().metadata, name: "twin", namespace: "bank" } };
  const given = { status: { addresses: [{ value: "240.240.0.1", host: HOST }] } };
  const unknown: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, RegExp])[] = [
    [
      "who stands at an address inside",
      [entry({ ...INSIDE, endpoints: [{ address: "10.0.0.5" }] })],
      {},
      /whether a proxy stands at 10.0.0.5:80/,
    ],
    [
      "who stands at the address that was called",
      [entry({ ...INSIDE, resolution: "NONE" })],
      {},
      /whether a proxy stands at the address/,
    ],
    [
      "a name of the cluster’s",
      [entry({ endpoints: [{ address: "x.bank.svc.cluster.local" }] })],
      {},
      /what stands behind x.bank/,
    ],
    [
      "a Service’s own address",
      [entry({ resolution: "STATIC", endpoints: [{ address: "10.1.2.3" }] }), peer("STRICT")],
      {},
      /what stands behind 10.1.2.3/,
    ],
    [
      "a Service’s own address, written otherwise",
      [entry({ resolution: "STATIC", endpoints: [{ address: "::ffff:10.1.2.3" }] })],
      {},
      /what stands behind ::ffff:10.1.2.3/,
    ],
    [
      "a Service’s own address as the host’s",
      [entry({ addresses: ["10.1.2.3"], resolution: "NONE" })],
      {},
      /what stands behind 10.1.2.3/,
    ],
    ...["reviews.shop", "Reviews.shop.", "pod-0.own.shop"].map(
      (address) =>
        [
          `a name that DNS completes: ${address}`,
          [entry({ endpoints: [{ address }] })],
          {},
          /what stands behind/,
        ] as const,
    ),
    ...["reviews.shop", "*.shop"].map(
      (host) =>
        [
          `a host that DNS completes: ${host}`,
          [entry({ hosts: [host], resolution: "NONE" })],
          { service: { namespace: "shop", name: "api", host }, host, client: { kind: "outside" } },
          /what stands behind/,
        ] as const,
    ),
    [
      "mutual TLS to the outside",
      [entry(), rule({ trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } })],
      {},
      /takes the mesh’s mutual TLS/,
    ],
    ["which of two objects", [entry(), OTHER], {}, /which of the objects that name api.example.com counts/],
    [
      "which name of a pattern",
      [entry({ hosts: ["*.example.com"], resolution: "NONE" }), routes([sends(HOST)])],
      { service: { namespace: "shop", name: "api", host: "*.example.com" } },
      /rules name some of them alone/,
    ],
    ["the server name", [TLS], {}, /SNI/],
    [
      "another server name, where it was given an address",
      [{ ...TLS, ...given }],
      { sni: "x.com" },
      /ISTIO_META_DNS_CAPTURE/,
    ],
    [
      "what else takes the port",
      [entry({ ports: [{ number: 80, name: "raw", protocol: "TCP" }] })],
      {},
      /what else takes port 80/,
    ],
    [
      "a block of addresses",
      [entry({ addresses: ["10.0.0.0/8"], ports: [{ number: 80, name: "raw", protocol: "TCP" }] })],
      {},
      /a block of them/,
    ],
    ["DYNAMIC_DNS", [entry({ resolution: "DYNAMIC_DNS" })], {}, /DYNAMIC_DNS/],
    ["ambient, pods without an address of the host", [entry(PODS)], AMB, /an address of the host/],
    ["ambient, by an address that istiod gave", [{ ...entry(PODS), ...given }], AMB, /ambient.dnsCapture/],
    [
      "ambient, another port by an address that istiod gave",
      [{ ...entry({ ports: [{ number: 80, name: "web", protocol: "HTTP", targetPort: 443 }] }), ...given }],
      AMB,
      /ambient.dnsCapture/,
    ],
    ["from outside, no endpoint", [entry({ resolution: "STATIC" })], { client: { kind: "outside" } }, LOOKED_UP],
    ["from outside, pods", [entry(PODS), peer("STRICT")], { client: { kind: "outside" } }, LOOKED_UP],
    [
      "from outside, endpoints of its own that DNS says",
      [entry({ endpoints: [{ address: "192.0.2.7" }] })],
      { client: { kind: "outside" } },
      LOOKED_UP,
    ],
    ["a client without a proxy", [entry({ resolution: "STATIC" })], { ...CALLED, client: client("old") }, LOOKED_UP],
    [
      "past the mesh, endpoints that the client doesn’t know",
      [
        entry({ resolution: "STATIC", endpoints: [{ address: "192.0.2.7" }] }),
        sidecar({ outboundTrafficPolicy: { mode: "ALLOW_ANY" } }),
      ],
      {},
      LOOKED_UP,
    ],
    [
      "not exported, endpoints that the client doesn’t know",
      [
        entry({ exportTo: ["bank"], resolution: "STATIC" }),
        sidecar({ egress: [], outboundTrafficPolicy: { mode: "ALLOW_ANY" } }),
      ],
      {},
      LOOKED_UP,
    ],
    ["a port that it doesn’t name", [entry()], { port: 81 }, /the ServiceEntry doesn’t name it/],
  ];
  test.each(unknown)("isn’t known for %s", async (_, objects, more, lacks) => {
    const answer = await ask(objects, { ...CALLED, ...more });
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join()).toMatch(lacks);
  });

  const raw = (port: number) => entry({ ports: [{ number: port, name: "raw", protocol: "TCP" }] });
  const inside = entry({ hosts: ["vault.bank.svc.cluster.local"] });
  const narrow: readonly (readonly [string, Manifest, Partial<SimulationRequest>, RegExp | null])[] = [
    ["what else takes a port", raw(9000), { port: 9000 }, /^Services of namespaces you may not see$/],
    ["the same where nothing is hidden", raw(9001), { port: 9001 }, /^Services of namespaces you may not see$/],
    [
      "a Service of the same name",
      inside,
      { service: { ...CALLED.service, host: "vault.bank.svc.cluster.local" } },
      /^Services of namespaces you may not see$/,
    ],
    [
      "whose pod an address is",
      entry({ resolution: "STATIC", endpoints: [{ address: "192.0.2.7" }] }),
      {},
      /^workloads of namespaces you may not see$/,
    ],
    ["whose name the cluster’s DNS may complete", entry(), {}, /^Services of namespaces you may not see$/],
    [
      "what isn’t theirs to hide",
      entry({ resolution: "DNS", endpoints: [{ address: "eu.west.api.example.com" }] }),
      {},
      null,
    ],
  ];
  test.each(narrow)("to who sees one namespace, %s", async (_, object, more, lacks) => {
    const answer = await ask([object], { ...CALLED, ...more }, ana);
    expect(answer.verdict).toBe(lacks === null ? "yes" : "unknown");
    expect(answer.lacks.join()).toMatch(lacks ?? /^$/);
  });

  test("to who sees all, a Service elsewhere takes the port, or none does", async () => {
    expect(await ask([raw(9000)], { ...CALLED, port: 9000 })).toMatchObject({ verdict: "unknown" });
    expect(await ask([raw(9001)], { ...CALLED, port: 9001 })).toMatchObject({ verdict: "yes", lacks: [] });
  });

  test.each([
    ["a host that it doesn’t have", { ...CALLED.service, host: "x.com" }, "not_found"],
    ["no such ServiceEntry", { ...CALLED.service, name: "none" }, "not_found"],
  ])("is refused for %s", async (_, service, code) => {
    await expect(ask([entry()], { service })).rejects.toMatchObject({ problem: { code } });
  });

  test("who may not list ServiceEntries doesn’t learn whether one is there", async () => {
    const refusal = async (service: SimulationRequest["service"], objects: readonly Manifest[]) => {
      const asked = ask(objects, { service }, ana, undefined, ({ resource }) => resource !== "serviceentries");
      return asked.catch(problemOf);
    };
    const hidden = await refusal(CALLED.service, [entry()]);
    expect(hidden).toMatchObject({ code: "not_found" });
    expect(await refusal(CALLED.service, [])).toEqual(hidden);
    expect(await refusal(CALLED.service, [entry({ hosts: ["x.com"] })])).toEqual(hidden);
  });
});
