/** What single calls and pages say where objects are for one control plane alone. */
import { expect, test } from "vitest";
import type { Workload } from "#lib/inventory/model.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import type { MeshFacts } from "../../settings/facts.ts";
import { workloadSecurity } from "./security.ts";
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
