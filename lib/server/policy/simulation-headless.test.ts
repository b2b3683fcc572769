import { describe, expect, test } from "vitest";
import type { SimulationRequest } from "#lib/api/simulation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { ask, client, from, object, peer, vs } from "./simulation.test-support.ts";

const at = (name: string) => ({ service: { namespace: "shop", name }, host: name });
const OWN = at("own");
const rule = (name: string, spec: object) =>
  object("DestinationRule", "shop", { host: `${name}.shop.svc.cluster.local`, ...spec }, "networking");
const SUBSETS = rule("own", { subsets: [{ name: "v1", labels: { version: "v1" } }] });
const routes = (host: string, subset?: string) =>
  vs([{ route: [{ destination: { host, ...(subset && { subset }) } }] }], "shop", { hosts: ["own"] });
const both = { principals: ["cluster.local/ns/shop/sa/web"] };

describe("to a headless Service", () => {
  const known: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, string, RegExp])[] = [
    [
      "its pods, by mutual TLS where all take it",
      [peer("STRICT"), from(both)],
      OWN,
      "yes",
      /the client itself picks the pod[^]*Let in/,
    ],
    ["in plaintext where one doesn’t", [], at("mixed"), "yes", /sends plaintext[^]*sends plaintext/],
    ["a subset, whose labels aren’t looked at", [SUBSETS, routes("own", "v1"), from(both)], OWN, "yes", /r-v1[^]*r-v2/],
    [
      "a rule that takes nothing",
      [vs([{ match: [{ uri: { exact: "/x" } }], redirect: {} }], "shop", { hosts: ["own"] })],
      OWN,
      "no",
      /404/,
    ],
    ["a rule that sends it to another Service", [routes("reviews")], OWN, "yes", /goes to shop\/reviews:80/],
    [
      "ambient, past its waypoint",
      [],
      { ...at("headed"), client: client("amb") },
      "yes",
      /is headless: the client picks the pod[^]*HBONE/,
    ],
    [
      "a DestinationRule’s TLS",
      [rule("own", { trafficPolicy: { tls: { mode: "DISABLE" } } }), peer("STRICT")],
      OWN,
      "no",
      /refused/,
    ],
  ];
  test.each(known)("%s", async (_, objects, more, verdict, said) => {
    const answer = await ask(objects, more);
    expect(answer).toMatchObject({ verdict, lacks: [] });
    expect(answer.steps.map(({ title, text }) => `${title}: ${text}`).join(" ")).toMatch(said);
  });

  const unknown: readonly (readonly [string, readonly Manifest[], Partial<SimulationRequest>, RegExp])[] = [
    [
      "a rule that sends another Service’s calls there",
      [vs([{ route: [{ destination: { host: "own" } }] }])],
      {},
      /the address that was called/,
    ],
    ["STRICT, where one of them takes plaintext alone", [peer("STRICT")], at("mixed"), /which of the workloads/],
    ["pods that aren’t there", [], at("bare"), /none that is known is ready/],
    [
      "ambient, a waypoint for workloads",
      [
        {
          ...object("Gateway", "shop", {}, "networking", "door"),
          ...{ apiVersion: "gateway.networking.k8s.io/v1" },
          metadata: { name: "door", namespace: "shop", labels: { "istio.io/waypoint-for": "all" } },
        },
      ],
      { ...at("enrolled"), client: client("amb") },
      /waypoint shop\/door does with calls to pods’ own addresses/,
    ],
  ];
  test.each(unknown)("isn’t known for %s", async (_, objects, more, lacks) => {
    const answer = await ask(objects, more);
    expect(answer.verdict).toBe("unknown");
    expect(answer.lacks.join()).toMatch(lacks);
  });
});
