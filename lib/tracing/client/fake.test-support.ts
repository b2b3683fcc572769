/** A backend that answers what a test says, byte for byte, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { milliseconds, unixSeconds } from "#lib/units.ts";
import type { TracingTarget } from "./asker.ts";

export interface Fake {
  readonly target: TracingTarget;
  /** Addresses asked, in their order. */
  readonly asked: string[];
  /** Resolves once a connection was closed while its answer was under way. */
  readonly cut: Promise<null>;
  close(): Promise<void>;
}

export type Answers = (path: string, request: IncomingMessage, response: ServerResponse) => void;

export const CLOCK = { now: () => unixSeconds(1_763_000_000), monotonic: () => milliseconds(performance.now()) };

export async function fakeBackend(answers: Answers): Promise<Fake> {
  const asked: string[] = [];
  const cut = Promise.withResolvers<null>();
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.on("close", () => {
      if (!response.writableFinished) cut.resolve(null);
    });
    answers((request.url ?? "").split("?")[0] ?? "", request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    target: { name: "west", url: `http://127.0.0.1:${port}`, maxBytes: 1_000_000 },
    asked,
    cut: cut.promise,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Sends JSON, or a text as it is. */
export function send(response: ServerResponse, status: number, body: unknown, type = "application/json"): void {
  response.writeHead(status, { "content-type": type });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

export function page(response: ServerResponse): void {
  send(response, 200, "<!doctype html><title>Sign in</title>", "text/html; charset=utf-8");
}
