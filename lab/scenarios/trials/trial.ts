/**
 * A small mesh that works, and a change after which part of it doesn't: what a prediction is tried on. The mesh is a
 * scenario like any other; the change is for its user to make.
 */
import type { KubeObject } from "../../kube/object.ts";
import type { Flow } from "../../sim/behaviour.ts";
import { access } from "../access.ts";
import { deployment, INJECTED, istio, istiod, namespace, service, serviceAccount } from "../manifests.ts";
import type { Scenario, ScenarioEvent } from "../model.ts";

export interface Trial {
  readonly scenario: Scenario;
  /** Applied as they are; what there is already is replaced. */
  readonly change: readonly KubeObject[];
}

export const CLUSTER = "west-1";
export const BANK = "bank";

export function trial(
  name: string,
  parts: {
    readonly manifests: readonly KubeObject[];
    readonly change: readonly KubeObject[];
    readonly events?: readonly ScenarioEvent[];
  },
): Trial {
  const manifests = [...access(BANK), ...istiod(), ...parts.manifests];
  return {
    scenario: {
      ...{ name, tickMs: 100, scrapeSeconds: 1, ledgerSeconds: 3600 },
      clusters: [{ name: CLUSTER, nodes: 2, manifests }],
      events: parts.events ?? [],
    },
    change: parts.change,
  };
}

/** A sidecar namespace whose `web` reads accounts twenty times a second. */
export function bank(users: Flow["users"] = []): KubeObject[] {
  return [
    namespace(BANK, INJECTED),
    ...["web", "accounts"].map((each) => serviceAccount(BANK, each)),
    service(BANK, "accounts"),
    deployment({ namespace: BANK, name: "accounts", version: "v1", replicas: 2 }),
    deployment({
      ...{ namespace: BANK, name: "web", version: "v1" },
      behaviour: { flows: [{ host: "accounts", protocol: "http", path: "/accounts", rate: 20, users }] },
    }),
  ];
}

/** A caller of accounts beside `web`, ten times a second: a fifth of what it asks for are admin pages, and these alone are DELETE. */
export const clerk = (): KubeObject[] => [
  serviceAccount(BANK, "clerk"),
  deployment({
    ...{ namespace: BANK, name: "clerk", version: "v1" },
    behaviour: {
      flows: [
        { host: "accounts", protocol: "http", path: "/accounts", rate: 8 },
        { host: "accounts", protocol: "http", method: "DELETE", path: "/admin/accounts?all", rate: 2 },
      ],
    },
  }),
];

/** A policy for the workloads of one app. */
export const guarding = (ns: string, app: string, rules: readonly object[]): KubeObject =>
  istio("security", "AuthorizationPolicy", ns, app, { selector: { matchLabels: { app } }, action: "ALLOW", rules });

/** Only `web` may call accounts. */
export const onlyWeb = (): KubeObject =>
  guarding(BANK, "accounts", [{ from: [{ source: { principals: [`cluster.local/ns/${BANK}/sa/web`] } }] }]);

export const strict = (): KubeObject =>
  istio("security", "PeerAuthentication", BANK, "default", { mtls: { mode: "STRICT" } });
