/** Who may come in at all, what the log says of attempts, and that no secret is anywhere. Consoles of the tests' own. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../scripts/steps/tool.ts";
import { bodyOf, Client, outcome, problemOf } from "../support/api.ts";
import { type OwnConsole, startConsole } from "../support/console.ts";
import { entry, expect, test, wish } from "./fixtures.ts";

const labDir = () => process.env.MESHSCOPE_E2E_DIR ?? "";

async function withConsole(auth: Record<string, string>, work: (own: OwnConsole) => Promise<void>): Promise<void> {
  const own = await startConsole(labDir(), auth);
  try {
    await work(own);
  } finally {
    await own.stop();
  }
}

/** Every route of the API, from the tree: one that is added without a thought about rights fails here. */
const ROUTES = readdirSync(join(root, "app/api/v1"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("/route.ts"))
  .map((file) => `/api/v1/${file.replace(/\/route\.ts$/, "").replaceAll(/\[(\.\.\.)?\w+\]/g, "x")}`)
  .filter((path) => path !== "/api/v1/session");

test("where guests see nothing, every route wants a sign-in, and bad sessions are none", async ({ demo }) => {
  test.setTimeout(90_000);
  expect(ROUTES.length).toBeGreaterThan(14);
  await withConsole({ guest: "none" }, async (own) => {
    const nobody = new Client(own.url);
    // Of another console, so sealed with another key.
    const foreign = (await new Client(demo.console).signIn(demo.kubernetes.tokens.admin)).cookie;
    const cookies = ["", "meshscope=1.x", foreign];
    const claims = { authorization: `Bearer ${demo.kubernetes.tokens.admin}` };
    for (const path of ROUTES) {
      for (const cookie of cookies) {
        const headers = { ...claims, ...(cookie === "" ? {} : { cookie }) };
        for (const answer of [await nobody.get(path, headers), await nobody.post(path, {}, headers)]) {
          expect([path, cookie, [401, 405].includes(answer.status)]).toEqual([path, cookie, true]);
          if (answer.status === 401) expect(problemOf(answer).code).toBe("unauthorised");
        }
      }
    }
    expect(bodyOf<object>(await nobody.get("/api/v1/session"))).toMatchObject({ role: null, user: null });
    expect((await nobody.get("/healthz")).status).toBe(200);
    const viewer = await nobody.signIn(demo.kubernetes.tokens.viewer);
    expect((await viewer.get("/api/v1/namespaces")).status).toBe(200);
  });
});

test("where nobody signs in, everybody reads and nobody writes", async ({ demo }) => {
  test.setTimeout(90_000);
  await withConsole({ strategy: "anonymous" }, async (own) => {
    const anybody = new Client(own.url);
    expect(bodyOf<object>(await anybody.get("/api/v1/session"))).toMatchObject({
      role: "anonymous",
      strategy: "anonymous",
    });
    expect((await anybody.get("/api/v1/policies")).status).toBe(200);
    const signIn = await anybody.post("/api/v1/session", { token: demo.kubernetes.tokens.admin });
    expect(outcome(signIn)).toBe("400 bad_request");
    expect(outcome(await anybody.post("/api/v1/plans", wish(entry("wp-anonymous", "a.example"))))).toBe(
      "403 view_only",
    );
    expect(own.door.seen.filter(({ isWrite }) => isWrite)).toEqual([]);
    expect(own.door.seen.some(({ token }) => token === demo.kubernetes.tokens.admin)).toBe(false);
  });
});

interface Line {
  readonly audit?: {
    readonly action: string;
    readonly outcome: string;
    readonly who: string | null;
    readonly objects: readonly string[];
    readonly results: readonly string[];
    readonly requestId: string;
  };
}

test("each attempt is one line of the audit log; tokens, cookies, keys and manifests are in no log, number or answer", async ({
  demo,
  cluster,
}) => {
  test.setTimeout(90_000);
  const { editor: token, viewer: other } = demo.kubernetes.tokens;
  const name = cluster.own("wp-logged");
  await cluster.feed([entry(name, "a.example")], "create");
  await withConsole({}, async (own) => {
    const bodies: string[] = [];
    const ana = await new Client(own.url).signIn(token);
    const ben = await new Client(own.url).signIn(other);
    const guest = new Client(own.url);
    const host = "canary-in-a-manifest.example";
    const wanted = wish(entry(name, host));
    const plan = await ana.plan(wanted);
    const denied = await ben.post("/api/v1/plans", wanted);
    const looking = await guest.post("/api/v1/plans", wanted);
    const forged = await ana.apply(plan, { confirm: "x" });
    const foreign = await ben.apply(plan);
    const done = await ana.apply(plan, { note: "canary-in-a-note" });
    const [step] = bodyOf<{ steps: { changeId: string }[] }>(done).steps;
    const undo = await ana.post(`/api/v1/changes/${step?.changeId}/revert`, {});
    const nothing = await ana.post(`/api/v1/changes/nothing/revert`, {});
    for (const refused of ["not-a-token-canary", `${token}x`])
      expect(outcome(await guest.post("/api/v1/session", { token: refused }))).toBe("401 unauthorised");
    for (const each of [denied, looking, forged, foreign, done, undo, nothing]) bodies.push(each.body);
    for (const path of [
      "/metrics",
      "/healthz",
      "/readyz",
      "/api/v1/session",
      "/api/v1/changes",
      "/api/v1/policies",
      "/policies",
    ])
      bodies.push((await ana.get(path)).body);

    const logged = async () => (await own.log()).split("\n").filter((line) => line.startsWith("{"));
    const lines = async () =>
      (await logged()).flatMap((line) => {
        const { audit } = JSON.parse(line) as Line;
        return audit ? [audit] : [];
      });
    await expect.poll(async () => (await lines()).length).toBe(8);
    const at = `update ServiceEntry shop/${name} (west-1)`;
    expect(
      (await lines()).map(({ action, outcome: end, who, objects, results }) => [
        action,
        end,
        who,
        ...objects,
        ...results,
      ]),
    ).toEqual([
      ["plan", "planned", "editor", at, "impact_unknown", "conflict"],
      ["plan", "refused", "viewer", "forbidden"],
      ["plan", "refused", null, "view_only"],
      ["apply", "refused", "editor", "bad_plan"],
      ["apply", "refused", "viewer", "bad_plan"],
      ["apply", "applied", "editor", at, "applied"],
      ["revert", "planned", "editor", at, "impact_unknown"],
      ["revert", "refused", "editor", "not_found"],
    ]);
    expect(new Set((await lines()).map(({ requestId }) => requestId)).size).toBe(8);
    const log = await own.log();
    const values = [ana, ben].flatMap(({ cookie }) =>
      cookie.split("; ").map((each) => each.replace(/^[^=]+=(\d\.)?/, "")),
    );
    const secrets = [token, other, own.sessionKey, ...values, "not-a-token-canary"];
    const found = (text: string) =>
      secrets.filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)));
    expect(found(log)).toEqual([]);
    for (const text of [host, "canary-in-a-note", plan.sealed.slice(20, 80)]) expect(log).not.toContain(text);
    for (const body of bodies) expect(found(body)).toEqual([]);
  });
});

test("a plan over two namespaces lists every right that is missing there, and none that isn't; nothing is tried", async ({
  demo,
  cluster,
}) => {
  test.setTimeout(90_000);
  const name = cluster.own("wp-two-places");
  const binding = "wp-editor-reads-orders";
  // Reads orders, as the console does, and may write nothing there.
  const object = {
    ...{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "RoleBinding" },
    metadata: { name: binding, namespace: "orders" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "meshscope" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "editor" }],
  };
  await cluster.feed([object], "create", "--namespace=orders");
  try {
    await withConsole({}, async (own) => {
      const ana = await new Client(own.url).signIn(demo.kubernetes.tokens.editor);
      const foreign = { ...entry(name, "a.example"), metadata: { name, namespace: "orders" } };
      const answer = await ana.post("/api/v1/plans", wish(entry(name, "a.example"), foreign));
      expect(outcome(answer)).toBe("403 forbidden");
      const { detail } = problemOf(answer);
      for (const verb of ["create", "patch"]) expect(detail).toContain(`${verb} serviceentries in namespace orders`);
      expect(detail).not.toContain("namespace shop");
      const tried = own.door.seen.filter(({ method, path }) => method !== "GET" && !path.includes("/selfsubject"));
      expect(tried).toEqual([]);
      const reads = own.door.seen.filter(({ path }) => path.includes(`/${name}`));
      expect(reads.every((each) => each.token === demo.kubernetes.tokens.editor)).toBe(true);
    });
  } finally {
    await cluster.kubectl("delete", "rolebinding", binding, "--namespace=orders");
  }
});
