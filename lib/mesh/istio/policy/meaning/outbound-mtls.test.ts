import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import { printPath } from "#lib/policy/path.ts";
import { policy } from "../world.test-support.ts";
import { peerPolicies } from "./inbound-mtls.ts";
import { type Client, type Destination, type Endpoint, type Meeting, type MtlsWorld, meet } from "./outbound-mtls.ts";

const spec = (text: string) => parse(`{${text}}`) as JsonObject;
const dr = (text: string, place = "shop/d") =>
  policy("DestinationRule", place, spec(`host: reviews.shop.svc.cluster.local, ${text}`));
const peer = (text: string, place = "shop/p") => policy("PeerAuthentication", place, spec(text));
const mode = (name: string) => `trafficPolicy: {tls: {mode: ${name}}}`;
const STRICT = peer("mtls: {mode: STRICT}");
const OFF = peer("mtls: {mode: DISABLE}");
const onPods = (text: string) => peer(`selector: {matchLabels: {app: reviews}}, ${text}`, "shop/w");
const web: Client = { namespace: "web", labels: { app: "web" } };
const reviews: Destination = {
  ...{ host: "reviews.shop.svc.cluster.local", namespace: "shop", port: 80, subset: null, external: false },
};
const pod: Endpoint = { namespace: "shop", labels: { app: "reviews" }, dataplane: "sidecar", port: 8080 };

function worldOf(objects: readonly Manifest[], autoMtls: boolean | null = true): MtlsWorld {
  const of = (kind: string) => objects.filter((each) => manifestKindKey(each) === kind);
  return {
    objects: of,
    rootNamespace: "istio-system",
    peers: peerPolicies(of("PeerAuthentication"), "istio-system"),
    autoMtls,
  };
}

/** `mutual TLS, connects, identified by d spec.trafficPolicy.tls.mode` */
function said({ out, connects, identified }: Meeting): string {
  const last = out.chain.at(-1);
  return [
    typeof out.sends === "string" ? out.sends : `? ${out.sends.lacks.join()}`,
    typeof connects === "boolean" ? (connects ? "connects" : "refused") : `? ${connects.lacks.join()}`,
    ...(identified === true ? ["identified"] : []),
    ...(last === undefined ? [] : [`by ${last.object.metadata.name} ${printPath(last.path)}`]),
  ].join(", ");
}
const TLS = "spec.trafficPolicy.tls.mode";

describe("client and server", () => {
  const PORT = "portLevelSettings: [{port: {number: 80}";
  const table: readonly (readonly [
    string,
    readonly Manifest[],
    string,
    { client?: Client | null; to?: Partial<Destination>; pod?: Partial<Endpoint>; auto?: boolean | null }?,
  ])[] = [
    ["automatic to a sidecar", [], "mutual TLS, connects, identified"],
    ["automatic to none", [], "plaintext, connects", { pod: { dataplane: "none" } }],
    ["automatic to a host outside", [], "plaintext, connects", { to: { external: true }, pod: { dataplane: "none" } }],
    ["automatic switched off", [], "plaintext, connects", { auto: false }],
    ["automatic, not read", [], "? enableAutoMtls of the mesh, ? enableAutoMtls of the mesh", { auto: null }],
    ["outside the mesh", [], "plaintext, connects", { client: null }],
    ["outside the mesh to STRICT", [STRICT], "plaintext, refused", { client: null }],
    ["automatic to STRICT", [STRICT], "mutual TLS, connects, identified, by p spec.mtls.mode"],
    ["automatic off to STRICT", [STRICT], "plaintext, refused", { auto: false }],
    ["a namespace without it", [OFF], "plaintext, connects, by p spec.mtls.mode"],
    [
      "STRICT inside such a namespace: the trap",
      [OFF, onPods("mtls: {mode: STRICT}")],
      "plaintext, refused, by p spec.mtls.mode",
    ],
    [
      "unless a rule tells",
      [OFF, onPods("mtls: {mode: STRICT}"), dr(mode("ISTIO_MUTUAL"))],
      `mutual TLS, connects, identified, by d ${TLS}`,
    ],
    [
      "one port without it",
      [onPods("portLevelMtls: {8080: {mode: DISABLE}}")],
      'plaintext, connects, by w spec.portLevelMtls["8080"].mode',
    ],
    ["another port without it", [onPods("portLevelMtls: {9090: {mode: DISABLE}}")], "mutual TLS, connects, identified"],
    [
      "ports differ and the port isn't known",
      [onPods("portLevelMtls: {9090: {mode: DISABLE}}")],
      "? the workload's port, ? the workload's port",
      { pod: { port: null } },
    ],
    ["plaintext told", [dr(mode("DISABLE"))], `plaintext, connects, by d ${TLS}`],
    ["plaintext told, to STRICT", [STRICT, dr(mode("DISABLE"))], `plaintext, refused, by d ${TLS}`],
    ["mutual TLS told, to a server without", [OFF, dr(mode("ISTIO_MUTUAL"))], `mutual TLS, refused, by d ${TLS}`],
    [
      "mutual TLS told, to a pod without proxy",
      [dr(mode("ISTIO_MUTUAL"))],
      `mutual TLS, refused, by d ${TLS}`,
      { pod: { dataplane: "none" } },
    ],
    ["a block without a mode is DISABLE", [dr("trafficPolicy: {tls: {}}")], `plaintext, connects, by d ${TLS}`],
    ["own TLS", [dr(mode("SIMPLE"))], `own TLS, ? whether the workload itself speaks TLS, by d ${TLS}`],
    ["own TLS to STRICT", [STRICT, dr(mode("SIMPLE"))], `own TLS, refused, by d ${TLS}`],
    [
      "a credentialName without workloadSelector",
      [dr("trafficPolicy: {tls: {mode: SIMPLE, credentialName: c}}")],
      `plaintext, connects, by d ${TLS}`,
    ],
    [
      "and with one",
      [
        dr(
          "workloadSelector: {matchLabels: {app: web}}, trafficPolicy: {tls: {mode: SIMPLE, credentialName: c}}",
          "web/d",
        ),
      ],
      `own TLS, ? whether the workload itself speaks TLS, by d ${TLS}`,
    ],
    [
      "the port over the rule",
      [dr(`trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, ${PORT}, tls: {mode: DISABLE}}]}`)],
      "plaintext, connects, by d spec.trafficPolicy.portLevelSettings[0].tls.mode",
    ],
    [
      "a port that says nothing of TLS has none told, but endpoints go by the rule",
      [dr(`trafficPolicy: {tls: {mode: DISABLE}, ${PORT}}]}`)],
      `plaintext, connects, by d ${TLS}`,
    ],
    [
      "a port that says nothing of TLS, by a rule with the user's own",
      [dr(`trafficPolicy: {tls: {mode: SIMPLE}, ${PORT}}]}`)],
      `plaintext, connects, by d ${TLS}`,
    ],
    [
      "a port that says nothing of TLS, by a rule for mutual TLS to a pod that takes none",
      [dr(`trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, ${PORT}}]}`)],
      `mutual TLS, refused, by d ${TLS}`,
      { pod: { dataplane: "none" } },
    ],
    [
      "the namespace's DISABLE leaves endpoints no choice",
      [OFF, dr(`trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, ${PORT}}]}`)],
      "plaintext, connects, by p spec.mtls.mode",
    ],
    [
      "another port",
      [dr(`trafficPolicy: {tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 81}}]}`)],
      `plaintext, connects, by d ${TLS}`,
    ],
    [
      "a subset over both",
      [dr(`trafficPolicy: {${PORT}, tls: {mode: DISABLE}}]}, subsets: [{name: v1, ${mode("ISTIO_MUTUAL")}}]`)],
      "mutual TLS, connects, identified, by d spec.subsets[0].trafficPolicy.tls.mode",
      { to: { subset: "v1" } },
    ],
    [
      "a subset that says nothing",
      [dr(`${mode("DISABLE")}, subsets: [{name: v1}]`)],
      `plaintext, connects, by d ${TLS}`,
      { to: { subset: "v1" } },
    ],
    [
      "the client's namespace hides the service's",
      [dr(mode("DISABLE")), dr("", "web/c")],
      "mutual TLS, connects, identified",
    ],
    ["the root namespace comes last", [dr(mode("DISABLE"), "istio-system/r")], `plaintext, connects, by r ${TLS}`],
    ["not shown to the client", [dr(`${mode("DISABLE")}, exportTo: [.]`)], "mutual TLS, connects, identified"],
    [
      "for other clients alone, and no further one is looked at",
      [dr(`workloadSelector: {matchLabels: {app: x}}, ${mode("DISABLE")}`, "web/c"), dr(mode("DISABLE"))],
      "mutual TLS, connects, identified",
    ],
    [
      "for this client, before the one for all",
      [
        dr(`workloadSelector: {matchLabels: {app: web}}, ${mode("DISABLE")}`, "web/z"),
        dr(mode("ISTIO_MUTUAL"), "web/a"),
      ],
      `plaintext, connects, by z ${TLS}`,
    ],
    [
      "a sidecar to ambient",
      [],
      "? whether the client's proxy speaks HBONE, ? whether the client's proxy speaks HBONE",
      { pod: { dataplane: "ambient" } },
    ],
    [
      "plaintext to ambient",
      [dr(mode("DISABLE"))],
      `plaintext, connects, by d ${TLS}`,
      { pod: { dataplane: "ambient" } },
    ],
    [
      "plaintext to ambient STRICT",
      [STRICT, dr(mode("DISABLE"))],
      `plaintext, refused, by d ${TLS}`,
      { pod: { dataplane: "ambient" } },
    ],
    ["to a gateway", [], "plaintext, ? what the gateway's own servers take", { pod: { dataplane: "gateway" } }],
  ];
  for (const [title, objects, wanted, more = {}] of table) {
    test(title, () => {
      const client = more.client === undefined ? web : more.client;
      const world = worldOf(objects, more.auto === undefined ? true : more.auto);
      expect(said(meet(client, { ...reviews, ...more.to }, { ...pod, ...more.pod }, world))).toBe(wanted);
    });
  }
});

describe("for any objects", () => {
  const modes = fc.constantFrom("ISTIO_MUTUAL", "SIMPLE", "MUTUAL", "DISABLE", "?");
  const block = fc.option(fc.record({ tls: fc.record({ mode: modes }, { requiredKeys: [] }) }, { requiredKeys: [] }), {
    nil: undefined,
  });
  const rule = fc
    .record({ top: block, port: block, subset: block, place: fc.constantFrom("web/d", "shop/d", "istio-system/d") })
    .map(({ top, port, subset, place }) =>
      policy("DestinationRule", place, {
        host: "reviews.shop.svc.cluster.local",
        trafficPolicy: { ...top, portLevelSettings: port === undefined ? [] : [{ port: { number: 80 }, ...port }] },
        subsets: [{ name: "v1", trafficPolicy: { ...subset } }],
      }),
    );
  const peerMode = fc.constantFrom("STRICT", "PERMISSIVE", "DISABLE", "UNSET");
  const authentication = fc
    .tuple(peerMode, fc.constantFrom("istio-system/p", "shop/p"), fc.boolean())
    .map(([name, place, own]) =>
      policy(
        "PeerAuthentication",
        place,
        spec(`${own ? "selector: {matchLabels: {app: reviews}}, " : ""}mtls: {mode: ${name}}`),
      ),
    );
  const objects = fc.array(fc.oneof(rule, authentication), { maxLength: 5 });
  const pods = fc.constantFrom<Endpoint>(pod, { ...pod, dataplane: "none" }, { ...pod, dataplane: "ambient" });

  test("STRICT lets nobody in without an identity, and an identity comes by mutual TLS alone", () => {
    fc.assert(
      fc.property(objects, pods, fc.constantFrom(null, "v1"), fc.boolean(), (list, at, subset, auto) => {
        const met = meet(web, { ...reviews, subset }, at, worldOf(list, auto));
        if (met.in.mode === "STRICT" && at.dataplane !== "none" && met.connects === true)
          expect(met.identified).toBe(true);
        if (met.identified === true) expect(met.out.sends).toBe("mutual TLS");
        if (met.connects === false) expect(met.identified).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("whatever stands in them, something is answered", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const list = [
          {
            ...dr(""),
            spec: { host: "reviews.shop.svc.cluster.local", trafficPolicy: a, subsets: [a, b] } as JsonObject,
          },
          { ...peer(""), spec: b as JsonObject },
        ];
        expect(meet(web, { ...reviews, subset: "v1" }, pod, worldOf(list)).out.sends).toBeDefined();
      }),
    );
  });
});
