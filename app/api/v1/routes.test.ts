import { readdirSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

vi.mock("server-only", () => ({}));

const folder = new URL("./", import.meta.url);
const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith("route.ts"))
  .sort();
const KEY = Symbol.for("meshscope");
const scope = globalThis as { [key: symbol]: unknown };
const calls: { readonly useCase: string; readonly args: readonly unknown[] }[] = [];

/** A runtime that notes who was asked for what; the real one has tests of its own. */
const runtime = {
  log: { info: () => {}, warn: () => {}, error: () => {} },
  ...Object.fromEntries(
    ["graph", "graphStream", "series", "namespaces", "session"].map((useCase) => [
      useCase,
      (...args: unknown[]) => {
        calls.push({ useCase, args });
        if (useCase === "graph") return Promise.resolve({ body: () => '{"graph":true}' });
        if (useCase === "graphStream") return Promise.resolve(new Blob(["event: snapshot\n\n"]).stream());
        return { useCase };
      },
    ]),
  ),
};

beforeAll(() => {
  scope[KEY] = runtime;
});
afterAll(() => {
  delete scope[KEY];
});
beforeEach(() => {
  calls.length = 0;
});

interface Route {
  readonly dynamic: string;
  readonly GET: (request: Request) => Promise<Response>;
}
const load = async (file: string) => (await import(new URL(file, folder).href)) as Route;
const ask = async (file: string, query = "", headers: Record<string, string> = {}) =>
  (await load(file)).GET(
    new Request(`http://127.0.0.1/api/v1/x${query}`, { headers: { "x-request-id": "id-1", ...headers } }),
  );

describe("every route below /api/v1", () => {
  it("is one of these", () => {
    expect(files).toEqual([
      "[...path]/route.ts",
      "graph/route.ts",
      "graph/stream/route.ts",
      "namespaces/route.ts",
      "series/route.ts",
      "session/route.ts",
    ]);
  });

  it.each(files)("%s is dynamic, only reads, and does little itself", async (file) => {
    const route = await load(file);
    expect(
      Object.keys(route)
        .filter((name) => name !== "HEAD")
        .sort(),
    ).toEqual(["GET", "dynamic"]);
    expect(route.dynamic).toBe("force-dynamic");
    expect(readFileSync(new URL(file, folder), "utf8").split("\n").length).toBeLessThanOrEqual(40);
  });

  it.each(files)("%s is never kept on the way", async (file) => {
    expect((await ask(file)).headers.get("cache-control")).toMatch(/no-store|no-cache, no-transform/);
  });
});

describe("routes", () => {
  it.each([
    ["graph/route.ts", "graph"],
    ["graph/stream/route.ts", "graphStream"],
    ["series/route.ts", "series"],
    ["namespaces/route.ts", "namespaces"],
    ["session/route.ts", "session"],
  ])("%s calls %s as nobody, whatever the request claims", async (file, useCase) => {
    const response = await ask(file, "", { authorization: "Bearer forged", cookie: "session=forged" });
    expect(response.status).toBe(200);
    expect(calls.map((call) => call.useCase)).toEqual([useCase]);
    expect(calls[0]?.args[0]).toEqual({ strategy: "anonymous", user: null });
  });

  it.each(["graph/route.ts", "graph/stream/route.ts", "series/route.ts", "namespaces/route.ts"])(
    "%s refuses what it doesn't know, and asks nobody",
    async (file) => {
      const response = await ask(file, "?query=up");
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      expect(await response.json()).toMatchObject({
        code: "bad_parameter",
        requestId: "id-1",
        detail: expect.stringContaining("Accepted:"),
      });
      expect(calls).toEqual([]);
    },
  );

  it("pass the view, the place to resume from and the client's leaving on", async () => {
    const response = await ask("graph/stream/route.ts", "?window=30s&lens=app", { "last-event-id": "abc-4" });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    const [, view, lastEventId, signal] = calls[0]?.args ?? [];
    expect(view).toMatchObject({ window: "30s", lens: "app" });
    expect(lastEventId).toBe("abc-4");
    expect(signal).toBeInstanceOf(AbortSignal);
  });

  it("open no stream for HEAD", async () => {
    const route = (await load("graph/stream/route.ts")) as Route & { readonly HEAD: Route["GET"] };
    const response = await route.HEAD(new Request("http://127.0.0.1/api/v1/graph/stream", { method: "HEAD" }));
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(calls).toEqual([]);
  });

  it("answer 404 as a problem where there is nothing", async () => {
    const response = await ask("[...path]/route.ts");
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: "not_found" });
  });
});
