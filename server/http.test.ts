import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createConnection } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { drain } from "./drain.ts";
import { hostTest, originTest } from "./hosts.ts";
import { createHttpServer, type Handler, type RequestRecord } from "./http.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

interface Started {
  readonly port: number;
  readonly server: Server;
  readonly seen: IncomingMessage[];
  readonly done: RequestRecord[];
}

async function start(handler?: Handler): Promise<Started> {
  const seen: IncomingMessage[] = [];
  const done: RequestRecord[] = [];
  let isOurHost = (_host: string): boolean => false;
  let isOurOrigin = isOurHost;
  const server = createHttpServer({
    ours: { host: (host) => isOurHost(host), origin: (origin) => isOurOrigin(origin) },
    handler: async (request, response) => {
      seen.push(request);
      if (handler) return handler(request, response);
      response.end("served");
    },
    upgrade: null,
    onDone: (record) => done.push(record),
    onFailure: () => {},
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  isOurHost = hostTest(new URL(`http://127.0.0.1:${port}`));
  isOurOrigin = originTest(new URL(`http://127.0.0.1:${port}`));
  return { port, server, seen, done };
}

/** Sends bytes as they are and reads until the server closes or is quiet after an answer. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, "127.0.0.1", () => socket.write(text));
    let answer = "";
    socket.setTimeout(1_500, () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(answer));
    socket.on("error", reject);
  });
}
const get = (target: string, host: string, more = "") =>
  `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`;
const status = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

describe("what gets in", () => {
  it.each<[string, (port: number) => string, number]>([
    ["our own name", (port) => get("/", `127.0.0.1:${port}`), 200],
    ["the other loopback name", (port) => get("/", `localhost:${port}`), 200],
    ["the IPv6 loopback", (port) => get("/", `[::1]:${port}`), 200],
    ["a probe under any name", () => get("/healthz", "10.1.2.3:3000"), 200],
    ["another host", () => get("/", "evil.example"), 421],
    ["a name that points here (DNS rebinding)", (port) => get("/", `rebound.example:${port}`), 421],
    ["our name with another port", () => get("/", "127.0.0.1:1"), 421],
    ["our name as a user", (port) => get("/", `127.0.0.1:${port}@evil.example`), 421],
    [
      "a forwarded host that isn't ours",
      (port) => get("/", "evil.example", `X-Forwarded-Host: 127.0.0.1:${port}\r\n`),
      421,
    ],
    ["no host", () => "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["two hosts", (port) => get("/", `127.0.0.1:${port}`, "Host: evil.example\r\n"), 400],
    ["absolute form", (port) => get(`http://127.0.0.1:${port}/`, `127.0.0.1:${port}`), 400],
    ["a foreign absolute form", (port) => get("http://169.254.169.254/", `127.0.0.1:${port}`), 400],
    ["two slashes", (port) => get("//evil.example/", `127.0.0.1:${port}`), 400],
    ["a backslash", (port) => get("/\\evil.example", `127.0.0.1:${port}`), 400],
    ["a dot segment", (port) => get("/a/../b", `127.0.0.1:${port}`), 400],
    ["an encoded dot segment", (port) => get("/a/%2E%2e", `127.0.0.1:${port}`), 400],
    ["an encoded backslash", (port) => get("/a%5c..%5cb", `127.0.0.1:${port}`), 400],
    ["a long target", (port) => get(`/?${"x".repeat(9_000)}`, `127.0.0.1:${port}`), 414],
    ["CONNECT", () => "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 400],
    ["TRACE", (port) => `TRACE / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`, 405],
    [
      "a preflight",
      (port) =>
        `OPTIONS /api/v1/graph HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nOrigin: http://evil.example\r\nConnection: close\r\n\r\n`,
      405,
    ],
    [
      "a post to a page",
      (port) =>
        `POST / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nNext-Action: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      405,
    ],
    [
      "a write from nowhere",
      (port) =>
        `POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      403,
    ],
    [
      "a huge body",
      (port) => `POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 99999999\r\n\r\n`,
      413,
    ],
    [
      "an upgrade",
      (port) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      400,
    ],
    [
      "too many headers",
      (port) => get("/", `127.0.0.1:${port}`, Array.from({ length: 10_000 }, (_, i) => `X-${i}: y\r\n`).join("")),
      431,
    ],
    [
      "length and chunks at once",
      (port) =>
        `POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      "two lengths",
      (port) =>
        `POST /api/v1/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
      400,
    ],
    [
      "a folded header",
      (port) => `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-A: b\r\n c\r\nConnection: close\r\n\r\n`,
      400,
    ],
  ])("%s", async (_, request, expected) => {
    const { port, seen } = await start();
    const answer = await raw(port, request(port));
    expect(status(answer)).toBe(expected);
    expect(seen.length).toBe(expected === 200 ? 1 : 0);
    expect(answer).not.toMatch(/access-control/i);
    expect(status(await raw(port, get("/healthz", "x")))).toBe(200);
  });

  it("drops headers that mean something inside, and gives each request an id of its own", async () => {
    const { port, seen } = await start();
    const hostile = [
      "x-middleware-subrequest: proxy:proxy",
      "X-Request-Id: mine",
      "x-nonce: abc",
      "Content-Security-Policy: script-src *",
      "X-Forwarded-Host: evil",
      "x-invoke-path: /x",
      "x-matched-path: /y",
      "RSC: 1",
    ];
    const answer = await raw(port, get("/", `127.0.0.1:${port}`, hostile.map((line) => `${line}\r\n`).join("")));
    const headers = seen[0]?.headers ?? {};
    expect(Object.keys(headers).sort()).toEqual(["connection", "host", "rsc", "x-meshscope-address", "x-request-id"]);
    expect(headers["x-request-id"]).not.toBe("mine");
    expect(answer).toContain(`x-request-id: ${headers["x-request-id"]}`);
    expect(seen[0]?.rawHeaders.join("\n")).not.toMatch(/middleware|evil|script-src/);
  });

  it("refuses in problem+json, with the headers of every answer", async () => {
    const { port } = await start();
    const answer = await raw(port, get("/api/v1/graph", "evil.example"));
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(answer).toMatch(/x-content-type-options: nosniff/i);
    expect(JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "null")).toMatchObject({ status: 421, code: "bad_request" });
  });
});

it("a refused method is a problem that names the accepted ones", async () => {
  const { port } = await start();
  const answer = await raw(port, `PUT /topology HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`);
  expect(answer).toMatch(/^allow: GET, HEAD\r$/im);
  expect(JSON.parse(/\{.*\}/s.exec(answer)?.[0] ?? "null")).toMatchObject({ status: 405, code: "bad_request" });
});

it.each([
  ["POST", "/api/v1/graph?window=1m", "GET, HEAD"],
  ["GET", "/api/v1/plans", "POST"],
  ["HEAD", "/api/v1/plans/apply/", "POST"],
  ["DELETE", "/api/v1/policies/c/core/v1/Namespace/-/a%2Fb", "GET, HEAD"],
  ["PATCH", "/api/v1/session", "GET, HEAD, POST, DELETE"],
  ["OPTIONS", "/api/v1/access", "POST"],
])("%s %s isn't allowed, and the answer says what is", async (method, path, allow) => {
  const { port, seen } = await start();
  const host = `127.0.0.1:${port}`;
  const answer = await raw(port, `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  expect(status(answer)).toBe(405);
  expect(/^allow: (.*)\r$/im.exec(answer)?.[1]?.split(", ").sort()).toEqual(allow.split(", ").sort());
  expect(answer).toMatch(/content-type: application\/problem\+json/i);
  const body = /\{.*\}/s.exec(answer)?.[0] ?? null;
  if (method === "HEAD") expect(body).toBeNull();
  else expect(JSON.parse(body ?? "null")).toMatchObject({ status: 405, code: "bad_request" });
  expect(seen).toEqual([]);
});

describe("what is told afterwards", () => {
  it("is one record a request, without its query", async () => {
    const { port, done } = await start();
    await raw(port, get(`/topology?secret=hunter2&x=${"y".repeat(300)}`, `127.0.0.1:${port}`));
    expect(done).toHaveLength(1);
    expect(done[0]).toMatchObject({ method: "GET", path: "/topology", status: 200, complete: true, stream: false });
  });

  it("survives a handler that throws", async () => {
    const { port } = await start(async () => {
      throw new Error("secret detail");
    });
    const answer = await raw(port, get("/", `127.0.0.1:${port}`));
    expect(status(answer)).toBe(500);
    expect(answer).toContain('"code":"internal"');
    expect(answer).not.toContain("secret detail");
  });
});

describe("draining", () => {
  const log = { info: () => {}, warn: () => {}, error: () => {} };

  it("lets a running answer finish and refuses new connections", async () => {
    let finish: () => void = () => {};
    const { port, server, seen } = await start(async (_request, response) => {
      response.write("begun ");
      finish = () => response.end("done");
    });
    const answer = raw(port, get("/", `127.0.0.1:${port}`));
    await expect.poll(() => seen.length).toBe(1);
    const steps: string[] = [];
    const runtime = { drain: () => steps.push("drain"), close: async () => void steps.push("close") };
    const drained = drain({ server, runtime, log, exit: () => {} });
    await expect(raw(port, get("/", "x"))).rejects.toThrow("ECONNREFUSED");
    expect(steps).toEqual(["drain"]);
    finish();
    expect(await answer).toContain("done");
    await drained;
    expect(steps).toEqual(["drain", "close"]);
  });

  it("cuts what doesn't end in time", async () => {
    const { port, server, seen } = await start(async (_request, response) => void response.write("endless"));
    const answer = raw(port, get("/", `127.0.0.1:${port}`));
    await expect.poll(() => seen.length).toBe(1);
    await drain({ server, runtime: { drain: () => {}, close: async () => {} }, log, exit: () => {} }, 50);
    expect(await answer).toContain("endless");
  });
});
