import { describe, expect, it } from "vitest";
import { MeshscopeError } from "#lib/errors.ts";
import { ANONYMOUS } from "./identity.ts";
import { answerWith, eventStream, jsonInParts } from "./respond.ts";
import type { Runtime } from "./runtime-port.ts";
import { Slots } from "./stream/slots.ts";

const runtime = () => ({ admit: async () => ({ credential: ANONYMOUS, setCookies: [] }) }) as unknown as Runtime;
const request = () => new Request("http://console/api/v1/graph/stream", { headers: { "x-request-id": "r1" } });

describe("a route's answer", () => {
  it("past the limit of streams is 503 with when to try again, and those who hold one go on", async () => {
    const slots = new Slots(2, 2);
    const open = () =>
      answerWith(request(), runtime, async () => {
        slots.take(null);
        return eventStream(null);
      });
    const [one, two, three] = [await open(), await open(), await open()];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(three.status).toBe(503);
    expect(Number(three.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(three.headers.get("content-type")).toContain("application/problem+json");
    expect(await three.json()).toMatchObject({ code: "too_many_streams", status: 503, requestId: "r1" });
    expect(slots.used).toBe(2);
  });

  it("is a problem with a stable code and nothing of the thrown error's insides", async () => {
    const refused = await answerWith(request(), runtime, async () => {
      throw new MeshscopeError("forbidden", "No right to see namespace orders.");
    });
    expect(refused.status).toBe(403);
    expect(refused.headers.get("cache-control")).toBe("no-store");
    const body = await refused.text();
    expect(JSON.parse(body)).toMatchObject({ code: "forbidden", detail: "No right to see namespace orders." });
    expect(body).not.toMatch(/\.ts|at /);
  });

  it("that is large comes in parts, and is whole", async () => {
    const value = { list: Array.from({ length: 30_000 }, (_, i) => `item ${i}`), "": null, none: undefined };
    const answer = await jsonInParts(value, new AbortController().signal);
    expect(answer.headers.get("content-type")).toContain("application/json");
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
    expect(chunks.length).toBeGreaterThan(4);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(JSON.parse(JSON.stringify(value)));
  });
});
