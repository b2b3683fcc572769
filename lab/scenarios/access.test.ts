/** Who may do what in the shop's clusters, asked of the server that runs them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiServer, startApiServer } from "../apiserver/server.ts";
import { createHttp, type Http } from "../contract/http.ts";
import { createKube } from "../kube/client.ts";
import { access } from "./access.ts";
import { namespace } from "./manifests.ts";
import { seed } from "./seed.ts";

let api: ApiServer;
let http: Http;

beforeAll(async () => {
  api = await startApiServer();
  const kube = createKube({ server: api.url, ca: api.caPem, token: api.tokens.admin });
  await seed(kube, [namespace("shop"), namespace("orders"), ...access("shop")]);
  kube.close();
  http = createHttp({ url: api.url, caPem: api.caPem, token: api.tokens.admin });
});
afterAll(async () => {
  http.close();
  await api.close();
});

const policies = [
  "networking.istio.io/v1/NS/virtualservices",
  "networking.istio.io/v1/NS/destinationrules",
  "security.istio.io/v1/NS/authorizationpolicies",
  "telemetry.istio.io/v1/NS/telemetries",
  "extensions.istio.io/v1alpha1/NS/wasmplugins",
  "gateway.networking.k8s.io/v1/NS/httproutes",
];
const workloads = [
  "v1/NS/pods",
  "v1/NS/services",
  "apps/v1/NS/deployments",
  "apps/v1/NS/replicasets",
  "batch/v1/NS/jobs",
];
const history = "apps/v1/NS/controllerrevisions";
const secret = ["v1/NS/secrets", "v1/NS/configmaps", "rbac.authorization.k8s.io/v1/NS/roles"];

/** `GROUP/VERSION/NS/PLURAL` as a path: NS is a namespace, or left out for all. */
function pathOf(text: string, ns: string | null): string {
  const scope = ns === null ? "" : `/namespaces/${ns}`;
  return `${text.startsWith("v1/") ? "/api" : "/apis"}/${text.replace("/NS/", `${scope}/`)}`;
}

/** Statuses that only a request that is allowed gets. */
async function allowed(token: string, method: string, path: string): Promise<boolean> {
  const { status } = await http.request(method, path, { token, ...(method === "GET" ? {} : { body: {} }) });
  return status !== 403 && status !== 401;
}

describe("the shop's rights", () => {
  it.each([...policies, ...workloads, history])("let viewer and editor list %s in shop alone", async (what) => {
    for (const token of [api.tokens.viewer, api.tokens.editor]) {
      expect(await allowed(token, "GET", pathOf(what, "shop"))).toBe(true);
      expect(await allowed(token, "GET", pathOf(what, "orders"))).toBe(false);
      expect(await allowed(token, "GET", pathOf(what, null))).toBe(false);
    }
  });

  it("let the console read the mesh's settings by their name, and no other ConfigMap", async () => {
    const maps = pathOf("v1/NS/configmaps", "istio-system");
    const by = (name: string) => `${maps}?fieldSelector=metadata.name%3D${name}`;
    for (const path of [`${maps}/istio`, by("istio")]) expect(await allowed(api.consoleToken, "GET", path)).toBe(true);
    for (const path of [
      maps,
      by("istio-ca-root-cert"),
      pathOf("v1/NS/configmaps", "shop"),
      pathOf("v1/NS/configmaps", null),
    ])
      expect(await allowed(api.consoleToken, "GET", path)).toBe(false);
  });

  it.each([...policies, history])("let editor write %s in shop, and viewer nowhere", async (what) => {
    for (const [method, name] of [
      ["POST", ""],
      ["PATCH", "/x"],
      ["DELETE", "/x"],
    ] as const) {
      const path = (ns: string) => `${pathOf(what, ns)}${name}`;
      expect(await allowed(api.tokens.editor, method, path("shop"))).toBe(true);
      expect(await allowed(api.tokens.editor, method, path("orders"))).toBe(false);
      expect(await allowed(api.tokens.viewer, method, path("shop"))).toBe(false);
    }
  });

  it.each(workloads)("let nobody but admin write %s", async (what) => {
    for (const token of [api.tokens.editor, api.tokens.viewer, api.consoleToken])
      expect(await allowed(token, "DELETE", `${pathOf(what, "shop")}/x`)).toBe(false);
    expect(await allowed(api.tokens.admin, "DELETE", `${pathOf(what, "shop")}/x`)).toBe(true);
  });

  it.each([...policies, ...workloads, history])(
    "let the console read %s everywhere and write it nowhere",
    async (what) => {
      expect(await allowed(api.consoleToken, "GET", pathOf(what, null))).toBe(true);
      expect(await allowed(api.consoleToken, "POST", pathOf(what, "shop"))).toBe(false);
    },
  );

  it.each(secret)("let nobody but admin read %s", async (what) => {
    for (const token of [api.tokens.editor, api.tokens.viewer, api.consoleToken])
      expect(await allowed(token, "GET", pathOf(what, "shop"))).toBe(false);
  });
});
