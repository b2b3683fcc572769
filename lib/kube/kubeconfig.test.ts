import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { type Clock, milliseconds, unixSeconds } from "#lib/units.ts";
import { kubeconfigTarget, readKubeconfig } from "./kubeconfig.ts";
import { inClusterTarget } from "./target.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const noFile = async (): Promise<string> => {
  throw new Error("a file was read");
};
const yaml = (cluster: string, user: string): string => `
apiVersion: v1
kind: Config
current-context: here
clusters: [{name: c, cluster: {server: "https://10.0.0.1:6443", ${cluster}}}]
users: [{name: u, user: {${user}}}]
contexts:
- {name: here, context: {cluster: c, user: u, namespace: shop}}
- {name: lost, context: {cluster: gone, user: u}}
- {name: nobody, context: {cluster: c, user: gone}}
`;

const problem = async (run: Promise<unknown>) => {
  try {
    await run;
  } catch (thrown) {
    return problemOf(thrown);
  }
  throw new Error("nothing was thrown");
};

describe("a kubeconfig", () => {
  test("with data and a token", async () => {
    const text = yaml(`certificate-authority-data: ${base64("CA")}, tls-server-name: kube`, "token: s3cret");
    const target = await readKubeconfig("west", text, undefined, noFile);
    expect(target).toMatchObject({
      name: "west",
      server: "https://10.0.0.1:6443",
      tls: { ca: "CA", serverName: "kube" },
    });
    expect(await target.token?.()).toBe("s3cret");
  });

  test("with a client certificate", async () => {
    const text = yaml("", `client-certificate-data: ${base64("CERT")}, client-key-data: ${base64("KEY")}`);
    const target = await readKubeconfig("west", text, "here", noFile);
    expect(target.tls).toEqual({ cert: "CERT", key: "KEY" });
    expect(target.token).toBeUndefined();
  });

  test("with files beside it", async () => {
    const text = yaml("certificate-authority: ca.pem", "client-certificate: c.pem, client-key: k.pem");
    const target = await readKubeconfig("west", text, undefined, async (file) => `<${file}>`);
    expect(target.tls).toEqual({ ca: "<ca.pem>", cert: "<c.pem>", key: "<k.pem>" });
  });

  test("false and empty fields are nothing to refuse", async () => {
    const text = yaml("insecure-skip-tls-verify: false, proxy-url: ''", "token: t, tokenFile: '', exec: null");
    expect((await readKubeconfig("west", text, undefined, noFile)).server).toBe("https://10.0.0.1:6443");
  });

  test("means what it means to Kubernetes's own client", async () => {
    for (const text of [
      yaml(`certificate-authority-data: ${base64("CA")}, tls-server-name: kube`, "token: s3cret"),
      yaml("", `client-certificate-data: ${base64("CERT")}, client-key-data: ${base64("KEY")}`),
    ]) {
      const theirs = new KubeConfig();
      theirs.loadFromString(text);
      const [cluster, user] = [theirs.getCurrentCluster(), theirs.getCurrentUser()];
      const plain = (data?: string) => (data ? Buffer.from(data, "base64").toString() : undefined);
      const ours = await readKubeconfig("west", text, undefined, noFile);
      expect([ours.server, ours.tls.ca, ours.tls.serverName]).toEqual([
        cluster?.server,
        plain(cluster?.caData),
        cluster?.tlsServerName,
      ]);
      expect([ours.tls.cert, ours.tls.key, await ours.token?.()]).toEqual([
        plain(user?.certData),
        plain(user?.keyData),
        user?.token,
      ]);
    }
  });

  test.each<[string, string, string, string]>([
    ["a program", "", "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/hunter2}", "exec"],
    ["an auth provider", "", "auth-provider: {name: gcp, config: {cmd-path: hunter2}}", "auth-provider"],
    ["a token's file", "", "tokenFile: /etc/hunter2", "tokenFile"],
    ["a password", "", "username: u, password: hunter2", "username"],
    ["impersonation", "", "token: hunter2, as: admin", "as"],
    ["a proxy", "proxy-url: 'http://hunter2:1'", "token: t", "proxy-url"],
    ["unchecked TLS", "insecure-skip-tls-verify: true", "token: hunter2", "insecure-skip-tls-verify"],
    ["half a certificate", "", `client-certificate-data: ${base64("x")}`, "client-key"],
    ["a wrong type", "", "token: [hunter2]", "users.0.user.token"],
  ])("that asks for %s is refused with the reason", async (_, cluster, user, says) => {
    const { code, detail } = await problem(readKubeconfig("west", yaml(cluster, user), undefined, noFile));
    expect(code).toBe("bad_config");
    expect(detail).toContain(says);
    expect(detail).toContain('cluster "west"');
    expect(detail).not.toContain("hunter2");
  });

  test.each<[string, string, string | undefined]>([
    ["no such context", yaml("", ""), "other"],
    ["a context without its cluster", yaml("", ""), "lost"],
    ["a context without its user", yaml("", ""), "nobody"],
    ["no current context", "clusters: []", undefined],
    ["a file that is a list", "[1, 2]", undefined],
    ["an empty file", "", undefined],
    ["what isn't YAML", "a: [", undefined],
    ["keys that come twice", "users: []\nusers: []", undefined],
    ["an alias bomb", bomb(), undefined],
  ])("%s", async (_, text, context) => {
    expect((await problem(readKubeconfig("west", text, context, noFile))).code).toBe("bad_config");
  });
});

describe("on disk", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "meshscope-kubeconfig-"));
  });
  afterAll(() => rm(dir, { recursive: true }));

  const clock: Clock = { now: () => unixSeconds(0), monotonic: () => milliseconds(now) };
  let now = 0;

  test("certificate files are found beside the kubeconfig", async () => {
    await writeFile(join(dir, "config"), yaml("certificate-authority: ca.pem", "token: t"));
    await writeFile(join(dir, "ca.pem"), "CA");
    expect((await kubeconfigTarget("west", join(dir, "config"))).tls).toEqual({ ca: "CA" });
    await rm(join(dir, "ca.pem"));
    expect((await problem(kubeconfigTarget("west", join(dir, "config")))).code).toBe("bad_config");
    expect((await problem(kubeconfigTarget("west", join(dir, "absent")))).code).toBe("bad_config");
  });

  test("a pod's own account, its token read anew, the last good one kept", async () => {
    const environment = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "6443" };
    await writeFile(join(dir, "ca.crt"), "CA");
    await writeFile(join(dir, "token"), "first\n");
    const target = await inClusterTarget("west", clock, environment, dir);
    expect(target).toMatchObject({ server: "https://[fd00::1]:6443", tls: { ca: "CA" } });
    await writeFile(join(dir, "token"), "second");
    expect(await target.token?.()).toBe("first");
    now = 60_000;
    expect(await target.token?.()).toBe("second");
    await writeFile(join(dir, "token"), "");
    now = 120_000;
    expect(await target.token?.()).toBe("second");
  });

  test("outside of a pod", async () => {
    expect((await problem(inClusterTarget("west", clock, {}, dir))).code).toBe("bad_config");
    expect(
      (await problem(inClusterTarget("west", clock, { KUBERNETES_SERVICE_HOST: "h" }, join(dir, "absent")))).code,
    ).toBe("bad_config");
  });
});

function bomb(): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let i = 1; i < 9; i++) lines.push(`a${i}: &a${i} [${Array.from({ length: 9 }, () => `*a${i - 1}`).join(", ")}]`);
  return lines.join("\n");
}
