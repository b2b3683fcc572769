import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type ApiServer, type ApiServerOptions, startApiServer } from "./server.ts";

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await startApiServer(options);
  closing.push(server.close);
  return server;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(
  server: ApiServer,
  method: string,
  path: string,
  body?: object,
  token = server.tokens.admin,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    };
    const asked = request(
      new URL(path, server.url),
      { method, headers, ca: server.caPem, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    asked.on("error", reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: { nodeName: "node-1", containers: [{ name: "main", image: "example.com/main:1" }] },
};

describe("the API server", () => {
  it("knows its users, and makes new tokens at every start", async () => {
    const [one, two] = [await start(), await start()];
    const tokens = [...Object.values(one.tokens), one.consoleToken];
    for (const token of tokens) {
      expect((await ask(one, "GET", "/apis", undefined, token)).status).toBe(200);
      expect((await ask(two, "GET", "/apis", undefined, token)).status).toBe(401);
    }
    expect(new Set(tokens).size).toBe(4);
  });

  it("shares its users' tokens with another where it is told to, and never the console's", async () => {
    const one = await start();
    const two = await start({ tokens: one.tokens });
    for (const token of Object.values(one.tokens))
      expect((await ask(two, "GET", "/apis", undefined, token)).status).toBe(200);
    expect((await ask(two, "GET", "/apis", undefined, one.consoleToken)).status).toBe(401);
  });

  it("lets somebody in and out again while it runs", async () => {
    const server = await start();
    const token = server.addToken({ username: "eve", uid: "7", groups: ["system:authenticated"] });
    expect(JSON.parse((await ask(server, "GET", "/api/v1/pods", undefined, token)).text)).toMatchObject({
      code: 403,
      message: 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" at the cluster scope',
    });
    expect(server.revokeToken(token)).toBe(true);
    expect((await ask(server, "GET", "/apis", undefined, token)).status).toBe(401);
    expect(server.revokeToken(token)).toBe(false);
  });

  it("answers health checks without a token", async () => {
    const server = await start();
    for (const path of ["/healthz", "/readyz", "/livez"])
      expect(await ask(server, "GET", path, undefined, "none")).toEqual({ status: 200, text: "ok" });
  });

  it("writes its authority and kubeconfigs where only the owner reads them", async () => {
    const dir = mkdtempSync(join(tmpdir(), "meshscope-api-"));
    closing.push(() => Promise.resolve(rmSync(dir, { recursive: true })));
    const server = await start({ dir: join(dir, "kube") });
    for (const name of ["ca.crt", "admin.kubeconfig", "editor.kubeconfig", "viewer.kubeconfig", "console.kubeconfig"])
      expect(statSync(join(dir, "kube", name)).mode & 0o777).toBe(0o600);
    const config = parse(readFileSync(join(dir, "kube", "viewer.kubeconfig"), "utf8")) as {
      clusters: { cluster: { server: string; "certificate-authority-data": string } }[];
      users: { name: string; user: { token: string } }[];
    };
    expect(config.clusters[0]?.cluster.server).toBe(server.url);
    expect(Buffer.from(config.clusters[0]?.cluster["certificate-authority-data"] ?? "", "base64").toString()).toBe(
      server.caPem,
    );
    expect(config.users).toEqual([{ name: "viewer", user: { token: server.tokens.viewer } }]);
  });

  it("takes time from its clock", async () => {
    const server = await start({ clock: () => Date.parse("2026-01-02T03:04:05.678Z") });
    const made = await ask(server, "POST", "/api/v1/namespaces", namespace);
    expect(made.text).toContain('"creationTimestamp":"2026-01-02T03:04:05Z"');
  });

  it("empties a namespace that is deleted, and shows a pod of a node terminating first", async () => {
    const server = await start();
    await ask(server, "POST", "/api/v1/namespaces", namespace);
    const made = JSON.parse((await ask(server, "POST", "/api/v1/namespaces/shop/pods", pod)).text) as {
      metadata: { resourceVersion: string };
    };
    expect((await ask(server, "DELETE", "/api/v1/namespaces/shop")).status).toBe(200);
    expect((await ask(server, "GET", "/api/v1/namespaces/shop")).status).toBe(404);
    const since = `/api/v1/pods?watch=1&timeoutSeconds=1&resourceVersion=${made.metadata.resourceVersion}`;
    const events = (await ask(server, "GET", since)).text.trim().split("\n");
    const seen = events.map(
      (line) => JSON.parse(line) as { type: string; object: { metadata: { deletionTimestamp?: string } } },
    );
    expect(seen.map((event) => event.type)).toEqual(["MODIFIED", "DELETED"]);
    expect(seen[0]?.object.metadata.deletionTimestamp).toBeDefined();
  });

  it("forgets what its history has no room for", async () => {
    const server = await start({ history: 2 });
    await ask(server, "POST", "/api/v1/namespaces", namespace);
    const path = "/api/v1/namespaces/shop/configmaps";
    const { metadata } = JSON.parse((await ask(server, "GET", path)).text) as { metadata: { resourceVersion: string } };
    for (let i = 0; i < 6; i += 1) await ask(server, "POST", path, { metadata: { name: `m${i}` } });
    const watched = await ask(
      server,
      "GET",
      `${path}?watch=1&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`,
    );
    expect(JSON.parse(watched.text)).toMatchObject({ type: "ERROR", object: { code: 410, reason: "Expired" } });
  });

  it("ends watches when it closes", async () => {
    const server = await startApiServer();
    const watching = ask(server, "GET", "/api/v1/pods?watch=1").catch(() => ({ status: 0, text: "" }));
    await ask(server, "GET", "/api/v1/pods");
    await server.close();
    await watching;
    await expect(ask(server, "GET", "/healthz")).rejects.toThrow();
  });
});
