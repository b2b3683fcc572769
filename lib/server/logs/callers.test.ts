import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logCallersAt, logCallersSchema } from "#lib/api/log-callers.ts";
import { problemOf } from "#lib/errors.ts";
import { inventory, workload } from "#lib/graph/graph.test-support.ts";
import type { Workload } from "#lib/inventory/model.ts";
import { createKubeClient } from "#lib/kube/client.ts";
import { type FakeKube, startFakeKube, status } from "#lib/kube/fake.test-support.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type Credential } from "../identity.ts";
import { readingPort } from "../policy/port.ts";
import type { Rights } from "../rights/model.ts";
import { showLogCallers } from "./callers.ts";

const clock: Clock = {
  now: () => unixSeconds(Date.parse("2026-01-01T12:10:00Z") / 1000),
  monotonic: () => milliseconds(0),
};
const ANA: Credential = {
  ...{ ...ANONYMOUS, strategy: "token", role: "user", user: "ana", session: "s" },
  clusters: new Map([["c", { user: "ana", token: "anas" }]]),
};
const line = (remote: string, name: string): string =>
  `2026-01-01T12:00:00.5Z [2026-01-01T12:00:00.4Z] "GET / HTTP/1.1" 200 - via_upstream - "-" 0 1 3 1 "-" "curl" "id" "cart" "10.0.0.5:80" inbound|80|| 127.0.0.6:1 10.0.0.5:80 ${remote}:5000 ${name} default\n`;
const PLAIN = line("10.0.0.1", "-");
const MUTUAL = line("10.0.0.2", "outbound_.80_._.cart.shop.svc.cluster.local");

let kube: FakeKube;
let client: ReturnType<typeof createKubeClient>;
/** Of a function: what a server sends that keeps to both bounds. */
let logs: Record<string, string | number | ((tailLines: number, limitBytes: number) => string)>;
let asked: string[];

beforeEach(async () => {
  logs = {};
  asked = [];
  kube = await startFakeKube();
  client = createKubeClient(kube.target, { clock });
  kube.script = (response, { path, query }) => {
    const [, pod = ""] = /\/namespaces\/(?:shop|istio-system)\/pods\/(.+)\/log$/.exec(path) ?? [];
    const said = logs[pod];
    if (said === undefined) return false;
    asked.push(`${pod} ${query.get("container")} ${query.get("tailLines")} ${query.get("limitBytes")}`);
    if (typeof said === "number") status(response, said, "Forbidden", "pods/log is forbidden");
    else {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(
        typeof said === "string" ? said : said(Number(query.get("tailLines")), Number(query.get("limitBytes"))),
      );
    }
    return true;
  };
});
afterEach(async () => {
  await client.close();
  await kube.close();
});

const ZTUNNEL = { kind: "DaemonSet", mesh: "istio", dataplane: "none", labels: { app: "ztunnel" } } as const;

async function ask(
  own: Partial<Workload>,
  credential: Credential = ANONYMOUS,
  path = "c/shop?workload=cart",
  more: {
    readonly ztunnels?: Workload["pods"];
    readonly objects?: readonly Manifest[];
    readonly visible?: readonly string[];
  } = {},
) {
  const all = inventory(
    [
      workload("shop/cart", own),
      workload("bank/till", { pods: pods("till-1") }),
      ...(more.ztunnels === undefined ? [] : [workload("istio-system/ztunnel", { ...ZTUNNEL, pods: more.ztunnels })]),
    ],
    { workloadByIp: new Map([["10.0.0.1", "bank/till"]]) },
  );
  const visible = more.visible ?? ["shop"];
  const rights: Rights = {
    visibility: async ({ role }) => ({
      ...{ key: role, all: role !== "user", cluster: () => true },
      namespace: (_, namespace) => role !== "user" || visible.includes(namespace),
    }),
    ask: async (_, questions) => questions.map(() => ({ allowed: true, reason: "" })),
  };
  const deps = {
    ...{ clock, rights, port: readingPort, clients: new Map([["c", client]]), rootNamespace: () => "istio-system" },
    inventory: () => all,
    store: { clusters: () => (more.objects === undefined ? new Map() : new Map([["c", policiesOf(more.objects)]])) },
  };
  const told = await showLogCallers(
    deps as never,
    credential,
    logCallersAt(`http://x/api/v1/meaning/log-callers/${path}`),
  );
  expect(logCallersSchema.parse(told)).toEqual(told);
  return told;
}

const policiesOf = (objects: readonly Manifest[]) => ({
  ...{ asOf: unixSeconds(0), unread: [], kind: () => null },
  objects: (kind: string) => objects.filter((each) => each.kind === kind),
});
const policy = (namespace: string, name: string): Manifest => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata: { namespace, name } },
});
const onNode = (node: string, ...names: string[]): Workload["pods"] => pods(...names).map((pod) => ({ ...pod, node }));
/** A ztunnel's line of a call into shop/cart-1. */
const tunnelled = (fields: string): string =>
  `2026-01-01T12:00:00.5Z 2026-01-01T12:00:00.4Z\tinfo\taccess\tconnection complete\t${fields} dst.addr=10.0.0.5:80 dst.workload="cart-1" dst.namespace="shop" direction="inbound"\n`;
const TILL = 'src.addr=10.0.0.1:5000 src.workload="till-1" src.namespace="bank"';

const pods = (...names: string[]): Workload["pods"] =>
  names.map((name) => ({ name, ip: null, ready: true, phase: "Running", reports: true }));

describe("GET /meaning/log-callers", () => {
  it("reads the newest lines of the proxies of five pods at most, and names who called in plaintext", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    logs = Object.fromEntries(names.map((name) => [name, `${PLAIN}${MUTUAL}nonsense\n`]));
    const told = await ask({ pods: pods(...names) });
    expect(asked.toSorted()).toEqual(names.slice(0, 5).map((name) => `${name} istio-proxy 1000 1048576`));
    expect(told).toMatchObject({ pods: 6, mutual: 5, callersTotal: 1 });
    expect(told.callers).toMatchObject([{ source: "c/bank/workload/till", by: "pod", sends: "plaintext", calls: 5 }]);
    expect(told.logs[0]).toEqual({
      ...{ pod: "a", lines: 3, inbound: 2, unreadable: 0, olderOf: null, problem: null },
      since: "2026-01-01T12:00:00.500000000Z",
    });
  });

  it("names nobody out of sight, and tells a pod whose log may not be read with the reason", async () => {
    logs = { a: PLAIN, b: 403 };
    const told = await ask({ pods: pods("a", "b") }, ANA);
    expect(told.callers).toMatchObject([{ source: null, by: "hidden", address: null }]);
    expect(JSON.stringify(told)).not.toContain("till");
    expect(told.logs[1]).toMatchObject({ pod: "b", lines: null });
    expect(told.logs[1]?.problem).not.toBe("");
  });

  it("reads no log where none of Istio's tells, and says so", async () => {
    expect((await ask({ dataplane: "ambient", pods: pods("a") })).notEvaluated).toContain("ztunnels");
    expect((await ask({ dataplane: "none", pods: pods("a") })).notEvaluated).toContain("no sidecar");
    expect((await ask({ pods: [] })).notEvaluated).toContain("no pod");
    expect(asked).toEqual([]);
  });

  it("counts a line that was cut as unreadable: what was cut off may say another thing than what its caller wrote", async () => {
    const agent = `curl" "id" "cart" "10.0.0.5:80" inbound|80|| 127.0.0.6:1 10.0.0.5:80 10.0.0.1:5000 - ${"a".repeat(17_000)}`;
    logs = { a: `${MUTUAL.replace('"curl"', `"${agent}"`)}${MUTUAL}` };
    const told = await ask({ pods: pods("a") });
    expect(told).toMatchObject({ callers: [], mutual: 1, logs: [{ lines: 2, inbound: 1, unreadable: 1 }] });
  });

  it("counts a ztunnel's line that was cut as unreadable, whose identity may be what was cut off", async () => {
    const cut = `${tunnelled(TILL).trimEnd()} x=${"a".repeat(17_000)} src.identity="spiffe://x"\n`;
    logs = { z1: `${cut}${tunnelled(TILL)}` };
    const told = await ask({ dataplane: "ambient", pods: onNode("a", "cart-1") }, ANONYMOUS, undefined, {
      ztunnels: onNode("a", "z1"),
    });
    expect(told.logs).toMatchObject([{ lines: 2, inbound: 1, unreadable: 1 }]);
    expect(told.callers).toMatchObject([{ calls: 1 }]);
  });

  /** As kubelet does: the tail says where reading begins, and the limit where it stops. */
  const kept =
    (lines: readonly string[]) =>
    (tail: number, limit: number): string =>
      lines.slice(-tail).join("").slice(0, limit);
  const long = (remote: string, bytes: number) => line(remote, "-").replace('"curl"', `"${"a".repeat(bytes)}"`);

  it("reads fewer lines where the bytes end before the newest of them", async () => {
    const old = Array.from({ length: 900 }, () => long("10.0.0.2", 2000));
    logs = { a: kept([...old, ...Array.from({ length: 20 }, () => PLAIN)]) };
    const told = await ask({ pods: pods("a") });
    expect(asked.map((each) => each.split(" ")[2])).toEqual(["1000", expect.stringMatching(/^3\d\d$/)]);
    expect(told.callers.find(({ by }) => by === "pod")).toMatchObject({ calls: 20 });
    expect(told.logs).toMatchObject([{ lines: Number(asked[1]?.split(" ")[2]), olderOf: null, problem: null }]);
  });

  it("says that the older part alone was read where the newest are longer still", async () => {
    const old = Array.from({ length: 900 }, () => long("10.0.0.2", 200));
    logs = { a: kept([...old, ...Array.from({ length: 100 }, () => long("10.0.0.1", 15_000))]) };
    const told = await ask({ pods: pods("a") });
    expect(asked).toHaveLength(2);
    const [log] = told.logs;
    expect(log?.olderOf).toBe(Number(asked[1]?.split(" ")[2]));
    expect(log?.lines).toBeLessThan(log?.olderOf ?? 0);
    expect(log).toMatchObject({ inbound: log?.lines, problem: null });
  });

  it("asks the ztunnels of an ambient workload's nodes, for the lines about it alone", async () => {
    const other = tunnelled(TILL).replace('"cart-1"', '"web-1"');
    const dry = `2026-01-01T12:00:01Z 2026-01-01T12:00:01Z\tinfo\tstate:proxy{wl=shop/cart-1}:inbound{id=a peer=10.0.0.1:5}\tdry-run: deny policy match\tpolicy="shop/no"\n`;
    logs = {
      z1: `${tunnelled(TILL)}${tunnelled(`${TILL} src.identity="spiffe://x"`)}${other}${dry}`,
      z2: tunnelled(TILL),
    };
    const told = await ask({ dataplane: "ambient", pods: onNode("a", "cart-1") }, ANONYMOUS, undefined, {
      ztunnels: [...onNode("a", "z1"), ...onNode("b", "z2")],
      objects: [policy("shop", "no")],
    });
    expect(asked).toEqual(["z1 istio-proxy 5000 5242880"]);
    expect(told).toMatchObject({ by: "ztunnel", pods: 1, mutual: 1, callersTotal: 1, notes: [] });
    expect(told.switchOn).toMatchObject({ object: null, text: expect.stringContaining("RUST_LOG") });
    expect(told.callers).toMatchObject([{ source: "c/bank/workload/till", by: "pod", sends: "plaintext", calls: 1 }]);
    expect(told.trials).toMatchObject([
      { source: "c/bank/workload/till", action: "deny", policy: { namespace: "shop", name: "no" }, calls: 1 },
    ]);
    expect(told.logs).toMatchObject([{ pod: "z1", lines: 4, inbound: 2, unreadable: 0 }]);
  });

  it("names neither ztunnels nor callers nor policies out of sight", async () => {
    logs = { z1: 403 };
    const ztunnels = onNode("a", "z1");
    const cart = { dataplane: "ambient", pods: onNode("a", "cart-1") } as const;
    const told = await ask(cart, ANA, undefined, { ztunnels });
    expect(told.notEvaluated).toContain("a namespace that you may not see");
    expect(JSON.stringify(told)).not.toMatch(/z1|istio-system/);
    expect(asked).toEqual([]);
    const seen = await ask(cart, ANA, undefined, { ztunnels, visible: ["shop", "istio-system"] });
    expect(seen.logs).toMatchObject([{ pod: "z1", lines: null }]);
    expect(seen.notEvaluated).toBeUndefined();
    const dry = `2026-01-01T12:00:01Z 2026-01-01T12:00:01Z\tinfo\tstate:proxy{wl=shop/cart-1}:inbound{peer=10.0.0.1:5}\tdry-run: deny policy match\tpolicy="bank/no"\n`;
    logs = { z1: `${tunnelled(TILL)}${dry}` };
    const hidden = await ask(cart, ANA, undefined, {
      ...{ ztunnels, visible: ["shop", "istio-system"], objects: [policy("bank", "no")] },
    });
    expect(hidden.callers).toMatchObject([{ source: null, by: "hidden", address: null }]);
    expect(hidden.trials).toMatchObject([{ source: null, by: "hidden", policy: null }]);
    expect(JSON.stringify(hidden)).not.toMatch(/till|bank/);
  });

  it("where nobody knows the nodes any ztunnel may have lines of it, and that is said", async () => {
    logs = { z1: tunnelled(TILL), z2: tunnelled(TILL) };
    const told = await ask({ dataplane: "ambient", pods: pods("cart-1") }, ANONYMOUS, undefined, {
      ztunnels: [...onNode("a", "z1"), ...onNode("b", "z2")],
    });
    expect(told).toMatchObject({ pods: 2, notes: [expect.stringContaining("isn’t known")] });
    expect(told.callers).toMatchObject([{ calls: 2 }]);
  });

  it("reads lines by the mesh's own format, and says what that can't tell", async () => {
    const settings = (format: string): Manifest => ({
      ...{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "istio", namespace: "istio-system" } },
      data: { mesh: `accessLogFormat: "${format}"` },
    });
    logs = { a: "2026-01-01T12:00:00.5Z 10.0.0.1:5;-;inbound|80||;-\n" };
    const of = (format: string) => ask({ pods: pods("a") }, ANONYMOUS, undefined, { objects: [settings(format)] });
    const told = await of(
      "%DOWNSTREAM_REMOTE_ADDRESS%;%REQUESTED_SERVER_NAME%;%UPSTREAM_CLUSTER%;%REQ(X-FORWARDED-FOR)%",
    );
    expect(told.callers).toMatchObject([{ source: "c/bank/workload/till", sends: "plaintext", calls: 1 }]);
    expect(told.notes.join(" ")).toContain("has no %RESPONSE_CODE_DETAILS%");
    const mute = await of("%DOWNSTREAM_REMOTE_ADDRESS%;%REQ(A)%;%UPSTREAM_CLUSTER%;%REQ(X-FORWARDED-FOR)%");
    expect(mute).toMatchObject({ callersTotal: 0, logs: [{ inbound: 0, unreadable: 1 }] });
    expect(mute.notes.join(" ")).toContain("has no %REQUESTED_SERVER_NAME%: plaintext can’t be told");
  });

  it("refuses what may not be seen, and knows no workload that isn't there", async () => {
    const code = (path: string, who: Credential) =>
      ask({}, who, path).then(
        () => "",
        (thrown: unknown) => problemOf(thrown).code,
      );
    expect(await code("c/bank?workload=till", ANA)).toBe("forbidden");
    expect(await code("c/shop?workload=gone", ANA)).toBe("not_found");
    expect(await code("c/shop", ANA)).toBe("bad_parameter");
  });
});
