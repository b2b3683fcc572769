import { describe, expect, test } from "vitest";
import { type SimulationRequest, simulationSchema } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ANONYMOUS } from "../identity.ts";
import { ASKED, ana, ask, client, from, object, peer } from "./simulation.test-support.ts";

const pod = (name: string) => ({ service: { namespace: "shop", name, pod: true as const } });
const sidecar = (mode: string) => object("Sidecar", "shop", { outboundTrafficPolicy: { mode } }, "networking");
const ANY = sidecar("ALLOW_ANY");
const [CALLED, AMB] = [
  { ...pod("r-v1"), port: 8080 },
  { ...pod("k-v1"), port: 8080, client: client("amb") },
];
const web = { principals: ["cluster.local/ns/shop/sa/web"] };
const entry = (spec: object) => object("ServiceEntry", "shop", { hosts: ["x.com"], ...spec }, "networking");

describe("to a pod by its own address", () => {
  const known: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    ["past the mesh’s rules, in plaintext", [ANY], {}, "yes", /ALLOW_ANY[^]*sends plaintext[^]*everyone may call/],
    [
      "STRICT refuses that",
      [ANY, peer("STRICT")],
      {},
      "no",
      /sends plaintext; the server takes STRICT: the connection is refused/,
    ],
    ["nobody is proven by it", [ANY, from(web)], {}, "no", /Refused/],
    ["REGISTRY_ONLY", [sidecar("REGISTRY_ONLY")], {}, "no", /REGISTRY_ONLY: the answer is 502/],
    [
      "on a port for requests, by the address as the host",
      [ANY],
      { ...pod("old"), port: 81, host: "10.0.0.8:81" },
      "yes",
      /ALLOW_ANY/,
    ],
    ["from outside the mesh", [], { client: { kind: "outside" } }, "yes", /no proxy that would route it/],
    ["ambient", [], AMB, "yes", /knows the pod by its address[^]*HBONE/],
    [
      "ambient, STRICT and by its identity",
      [peer("STRICT"), from({ principals: ["cluster.local/ns/shop/sa/amb"] })],
      AMB,
      "yes",
      /Let in/,
    ],
    ["ambient, past the waypoint of its Services", [], AMB, "yes", /HBONE[^]*everyone may call/],
    ["ambient, to a pod without a proxy", [], { ...AMB, ...pod("old") }, "yes", /in plaintext/],
  ];
  test.each(known)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, { ...CALLED, host: "10.0.0.7", ...more });
    expect(simulationSchema.parse(answer)).toEqual(answer);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ title, text }) => `${title}: ${text}`).join(" ")).toMatch(said);
  });

  const waypoint: Manifest = {
    ...{ apiVersion: "gateway.networking.k8s.io/v1", kind: "Gateway", spec: {} },
    metadata: { name: "door", namespace: "shop", labels: { "istio.io/waypoint-for": "workload" } },
  };
  const unknown: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, RegExp])[] = [
    ["the mesh’s outboundTrafficPolicy", [], {}, /the mesh’s outboundTrafficPolicy/],
    ["a headless Service of the pod", [ANY], { port: 80 }, /the headless Service shop\/(?:own|mixed)/],
    ["a host that is another’s address", [ANY], { host: "10.1.2.3" }, /it is none of the addresses/],
    ["a host that is a name", [ANY], { host: "reviews" }, /what the host that it names makes of it/],
    [
      "a ServiceEntry with the port",
      [ANY, entry({ ports: [{ number: 8080, protocol: "TCP" }] })],
      {},
      /whether a ServiceEntry with port 8080/,
    ],
    ["the pod itself", [ANY], pod("web"), /whether the pod calls itself/],
    ["a waypoint for workloads", [waypoint], { ...AMB, ...pod("e-v1") }, /waypoint shop\/door does/],
  ];
  test.each(unknown)("isn’t known for %s", async (_, objects, more, lacks) => {
    const answer = await ask(objects, { ...CALLED, host: "10.0.0.7", ...more });
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join()).toMatch(lacks);
  });

  test("there must be such a workload", async () => {
    await expect(ask([], pod("nobody"))).rejects.toMatchObject({ problem: { code: "not_found" } });
  });

  test("without the host, what hidden Services make of the port isn’t known to who sees one namespace", async () => {
    const { host: _, ...told } = { ...ASKED, ...CALLED, port: 9001 };
    expect(await ask([ANY], told, ANONYMOUS, {})).toMatchObject({ verdict: "yes", lacks: [] });
    expect(await ask([ANY], told, ana, {})).toMatchObject({
      ...{ verdict: "unknown", lacks: ["Services of namespaces you may not see"] },
    });
  });
});
