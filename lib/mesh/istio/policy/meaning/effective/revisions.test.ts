/** What single calls and pages say where objects are for one control plane alone. */
import { describe, expect, test } from "vitest";
import type { Service, Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import { asRead } from "../revisions.ts";
import { workloadSecurity } from "./security.ts";
import { sidecarAnswer } from "./sidecar-answer.ts";
import type { SecurityWorld } from "./sight.ts";
import { DENY, object, pod, STRICT, tlsMode, worldOf } from "./simulate.test-support.ts";
import { simulate } from "./simulate.ts";

const FACTS: MeshFacts = {
  ...{ autoMtls: true, trustDomains: null, normalization: null, registryOnly: null, serviceExport: null },
  ...{ authorizers: null, why: null },
  revisions: ["default", "1-30"].map((name) => ({ name, everything: false })),
};
const rev = (made: Manifest, label: string): Manifest => ({
  ...{ ...made, metadata: { ...made.metadata, labels: { "istio.io/rev": label } } },
});
const served = (...revisions: readonly (string | null)[]): Partial<Workload> => ({
  pods: revisions.map((revision, at) => pod(`p${at}`, revision === null ? {} : { revision })),
});
const ROUTE = object("VirtualService", { hosts: ["api"], http: [{ directResponse: { status: 418 } }] }, "networking");

function world(objects: readonly Manifest[], web: Partial<Workload>, api: Partial<Workload>) {
  return { ...worldOf({ objects, web, api }), mesh: FACTS };
}
function ask(objects: readonly Manifest[], web: Partial<Workload>, api: Partial<Workload> = served("default")) {
  const whole = world(objects, web, api);
  const service = whole.inventory.services.get("shop/api");
  if (service === undefined) throw new Error("no service");
  return asked(service, whole);
}
function asked(service: Service, whole: SecurityWorld) {
  const place = { namespace: "shop", name: "api" };
  const question = { client: { kind: "workload" as const, namespace: "shop", name: "web" }, service: place, port: 80 };
  const { verdict, steps, lacks } = simulate(
    { ...question, method: "GET", path: "/", host: "api", headers: {}, token: "none" },
    service,
    whole,
  );
  return [verdict, ...(verdict === "no" ? [steps.at(-1)?.title] : lacks)].join("; ");
}

const UNSAID =
  "which control plane serves the proxy: objects that count say istio.io/rev, and its pods don’t say their revision";
const IN = "Let in by shop/api’s sidecar";

test.each<[string, readonly Manifest[], Partial<Workload>, Partial<Workload> | undefined, string]>([
  [
    "a rule for the client's",
    [rev(ROUTE, "1-30")],
    served("1-30"),
    undefined,
    "no; Routing to api.shop.svc.cluster.local",
  ],
  ["a rule for another's", [rev(ROUTE, "1-30")], served("default"), undefined, "yes"],
  ["a rule for a tag", [rev(ROUTE, "stable")], served("1-30"), undefined, "yes"],
  ["a rule for nobody knows whose", [rev(ROUTE, "1-30")], served(null), undefined, `unknown; ${UNSAID}`],
  ["a rule, and pods that aren't asked alike", [rev(ROUTE, "x")], served("1-30", "default"), undefined, "yes"],
  ["a policy for the server's", [rev(DENY, "1-30")], served("default"), served("1-30"), `no; ${IN}`],
  ["a policy for the client's alone", [rev(DENY, "default")], served("default"), served("1-30"), "yes"],
  ["a policy, and a server that says nothing", [rev(DENY, "1-30")], served("1-30"), served(null), `unknown; ${UNSAID}`],
  [
    "STRICT for the server's, and plaintext for the client's",
    [rev(STRICT, "1-30"), rev(tlsMode("DISABLE"), "default")],
    served("default"),
    served("1-30"),
    "no; Mutual TLS with shop/api",
  ],
  [
    "STRICT for the client's alone",
    [rev(STRICT, "default"), rev(tlsMode("DISABLE"), "default")],
    served("default"),
    served("1-30"),
    "yes",
  ],
  [
    "DISABLE as the client's alone has it, which then sends plaintext",
    [STRICT, rev(object("PeerAuthentication", { mtls: { mode: "DISABLE" } }, "security", "a"), "default")].map(
      (each, at) => ({ ...each, metadata: { ...each.metadata, creationTimestamp: `202${6 - at}-01-01T00:00:00Z` } }),
    ),
    served("default"),
    served("1-30"),
    "no; Mutual TLS with shop/api",
  ],
  ["unlabelled objects, whoever reads them", [STRICT], served(null), served(null), "yes"],
])("%s", (_, objects, web, api, wanted) => expect(ask(objects, web, api)).toBe(wanted));

test("the page of a workload tells whose policies count, and which don’t", () => {
  const whole = world([rev(DENY, "1-30"), rev(STRICT, "1-30")], {}, served("default"));
  const security = (api: Partial<Workload>) => {
    const workload = whole.inventory.workloads.get("shop/api");
    if (workload === undefined) throw new Error("no workload");
    const { ports, points } = workloadSecurity({ ...workload, ...api }, whole);
    const [point] = points;
    return {
      modes: ports.map(({ mode }) => mode),
      policies: point?.policies.length,
      ignored: point?.ignored.map(({ why }) => why),
      otherwise: point?.otherwise.verdict,
      lacks: point?.lacks,
    };
  };
  const none = { policies: 0, ignored: [expect.stringContaining("another revision")], otherwise: "allow", lacks: [] };
  expect(security(served("default"))).toEqual({ modes: ["PERMISSIVE", "PERMISSIVE"], ...none });
  expect(security(served("1-30"))).toEqual({
    ...{ modes: ["STRICT", "STRICT"], policies: 1, ignored: [], otherwise: "allow", lacks: [] },
  });
  expect(security(served(null))).toEqual({
    ...{ modes: [null, null], policies: 0, ignored: [`Whether it counts rests on ${UNSAID}.`] },
    ...{ otherwise: "unknown", lacks: [UNSAID] },
  });
});

describe("of the Service that a rule sends calls to", () => {
  const RATINGS = { namespace: "db", name: "ratings" };
  const V2 = { host: "ratings.db.svc.cluster.local", subset: "v2" };
  const routes = object("VirtualService", { hosts: ["api"], http: [{ route: [{ destination: V2 }] }] }, "networking");
  const own = object("DestinationRule", { host: V2.host }, "networking", "client");
  const declared = object("DestinationRule", { host: V2.host, subsets: [{ name: "v2" }] }, "networking", "server");
  const theirs = { ...declared, metadata: { ...declared.metadata, namespace: "db" } };

  function around(objects: readonly Manifest[], web: Partial<Workload>) {
    const whole = world([routes, ...objects], web, served("default"));
    const { services, workloads } = whole.inventory;
    const api = services.get("shop/api");
    const pods = workloads.get("shop/api");
    if (api === undefined || pods === undefined) throw new Error("no service");
    return {
      ...whole,
      inventory: {
        ...whole.inventory,
        services: new Map([...services, ["db/ratings", { ...api, ...RATINGS, workloads: ["ratings"] }]]),
        workloads: new Map([...workloads, ["db/ratings", { ...pods, ...RATINGS, services: ["ratings"] }]]),
      },
    };
  }
  const LOST = "503: the DestinationRule that counts for them doesn’t declare it";
  test.each<[string, readonly Manifest[], Partial<Workload>, string, string]>([
    ["read by all", [theirs], served(null), "yes", "v2"],
    ["the client's namespace's, which has no subset", [own, theirs], served(null), "no; Routing", LOST],
    ["that one, of the client's revision", [rev(own, "1-30"), theirs], served("1-30"), "no; Routing", LOST],
    ["that one, of another revision", [rev(own, "1-30"), theirs], served("default"), "yes", "v2"],
    ["that one, of nobody knows whose", [rev(own, "1-30"), theirs], served(null), `unknown; ${UNSAID}`, UNSAID],
    [
      "the one that declares it, of nobody knows whose",
      [rev(theirs, "1-30")],
      served(null),
      `unknown; ${UNSAID}`,
      UNSAID,
    ],
  ])("%s", (_, objects, web, call, page) => {
    const whole = around(objects, web);
    const [service, client] = [whole.inventory.services.get("shop/api"), whole.inventory.workloads.get("shop/web")];
    if (service === undefined || client === undefined) throw new Error("no service");
    expect(asked(service, whole)).toMatch(new RegExp(`^${call}`));
    const [port] = service.ports;
    if (port === undefined) throw new Error("no port");
    const answer = sidecarAnswer(client, service, port, asRead(whole, [client]));
    const shown = answer.rules.flatMap(({ to }) => to.map(({ fails, subset }) => fails ?? subset));
    expect([...answer.lacks, ...shown]).toEqual([page]);
  });
});
