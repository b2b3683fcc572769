/** Connections as clients make them, and backends that tell themselves apart by their address. */
import { once } from "node:events";
import { type AddressInfo, createServer, connect as overTcp, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect as overTls } from "node:tls";
import type { KeyPair } from "#lab/apiserver/certificate.ts";
import type { Address } from "#lab/real/data-plane.ts";
import { BACKEND_HEADER } from "./send.ts";

/** Milliseconds. */
const DEADLINE = 20_000;

/** What a client that asks for a name sends first, made by TLS itself. */
export async function helloFor(name: string): Promise<Buffer> {
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _, done) {
      resolve(chunk);
      done();
    },
  });
  const client = overTls({ socket: wire, servername: name });
  client.on("error", () => undefined);
  const hello = await promise;
  client.destroy();
  return hello;
}

/** What the backend says that the connection ends at; "closed": none. `own`: by mutual TLS. @throws Error when there is neither in time */
export async function ask(to: Address, first: Buffer, own?: KeyPair): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const begin = (): boolean => socket.write(first);
  const secure = { host: to.ip, port: to.port, ...own, rejectUnauthorized: false };
  const socket: Socket = own === undefined ? overTcp(to.port, to.ip, begin) : overTls(secure, begin);
  let said = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  socket.setTimeout(DEADLINE, () => {
    reject(new Error(`no end within ${DEADLINE / 1000} s`));
    socket.destroy();
  });
  socket.on("error", () => resolve(said.trim() || "closed"));
  socket.on("close", () => resolve(said.trim() || "closed"));
  return await promise;
}

export interface Backends {
  /** One of its own for each name. */
  readonly at: (name: string) => Address;
  /** Whose address it is. */
  readonly name: (ip: string) => string | undefined;
  readonly close: () => Promise<unknown>;
}

const HTTP = /^[A-Z]+ [^\n]* HTTP\/1\.1\r\n/;

/** Any number of addresses of loopback, one server, which answers requests as such. */
export async function startBackends(): Promise<Backends> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (first: Buffer) => {
      const asked = HTTP.test(first.toString("latin1"));
      const head = `HTTP/1.1 200 OK\r\n${BACKEND_HEADER}: reached\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
      socket.end(asked ? head : `${socket.localAddress}\n`);
    });
  });
  await once(server.listen(0, "0.0.0.0"), "listening");
  const { port } = server.address() as AddressInfo;
  const names: string[] = [];
  const ipOf = (index: number): string => `127.96.${index >> 8}.${index & 255}`;
  return {
    at(name) {
      const known = names.indexOf(name);
      return { ip: ipOf(known < 0 ? names.push(name) - 1 : known), port };
    },
    name: (ip) => names.find((_, index) => ipOf(index) === ip),
    close: () => once(server.close(), "close"),
  };
}
