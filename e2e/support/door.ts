/** A door before an API server, to hold, refuse or cut what goes through it. What isn't spoken of passes unchanged. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { createAuthority } from "../../lab/apiserver/certificate.ts";

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Of the Authorization header; "": none. */
  readonly token: string;
  /** Something that is kept: no reading, dry run or review. */
  readonly isWrite: boolean;
}

export type Verdict =
  | "pass"
  /** Takes the request and never answers; the server behind doesn't see it. */
  | "hold"
  /** Cuts the connection; the server behind doesn't see it. */
  | "cut"
  /** Cuts the connection once the server behind has answered: it was done, and nobody is told. */
  | "lose"
  /** Answers with this Status in the server's place. */
  | {
      readonly code: number;
      readonly reason: string;
      readonly message: string;
      readonly headers?: Record<string, string>;
    };

export interface Door {
  readonly url: string;
  readonly caPem: string;
  readonly seen: readonly Asked[];
  /** What becomes of a request; everything passes until this is set. */
  decide: (asked: Asked) => Verdict;
  close(): Promise<void>;
}

/** Opens a door on a free port of 127.0.0.1 to the server at `upstream`, whose authority is `ca` (PEM). */
export async function openDoor(upstream: string, ca: string): Promise<Door> {
  const authority = createAuthority("door", new Date());
  const agent = new Agent({ ca, keepAlive: false });
  const sockets = new Set<Duplex>();
  const seen: Asked[] = [];
  const door = { decide: (_: Asked): Verdict => "pass" };
  const server = createServer(authority.issue(["127.0.0.1"]), (asked, answer) => {
    const one = read(asked);
    seen.push(one);
    const verdict = door.decide(one);
    if (verdict === "hold") return;
    if (verdict === "cut") answer.destroy();
    else if (typeof verdict === "object") refuse(answer, verdict);
    else pass(asked, answer, verdict === "lose");
  });
  const pass = (asked: IncomingMessage, answer: ServerResponse, lose: boolean) => {
    const { host: _, ...headers } = asked.headers;
    const onward = request(new URL(asked.url ?? "/", upstream), { method: asked.method ?? "GET", headers, agent });
    onward.once("response", (response) => {
      if (lose) {
        answer.destroy();
        response.resume();
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      // A watch is open from here on; its first event may be a minute away.
      answer.flushHeaders();
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    answer.once("close", () => onward.destroy());
    asked.pipe(onward);
  };
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(door, {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    caPem: authority.caPem,
    seen,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      agent.destroy();
    },
  });
}

function read({ method = "", url = "", headers }: IncomingMessage): Asked {
  const token = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1] ?? "";
  const isWrite = method !== "GET" && !url.includes("dryRun=All") && !url.includes("/selfsubject");
  return { method, path: url, token, isWrite };
}

function refuse(answer: ServerResponse, { code, reason, message, headers }: Exclude<Verdict, string>): void {
  answer.writeHead(code, { "content-type": "application/json", ...headers });
  answer.end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", message, reason, code }));
}
