/** Sends a request as its client would, and tells the answers apart. */
import { type IncomingMessage, request as overHttp, type RequestOptions } from "node:http";
import { request as overTls, type RequestOptions as SecureOptions } from "node:https";
import type { ConnectionOptions } from "node:tls";
import type { KeyPair } from "#lab/apiserver/certificate.ts";
import type { Request } from "./requests.ts";

/** What the backend answers with, so that it is told apart from what a proxy says. */
export const BACKEND_HEADER = "x-backend";

/** Milliseconds. */
const DEADLINE = 20_000;

/** As Istio's proxies offer, so that the server's proxy knows the mesh's mutual TLS from a user's own TLS. */
const PROTOCOLS = { "mutual TLS": ["istio-http/1.1", "istio", "http/1.1"], "own TLS": ["http/1.1"] } as const;

/** `allow`, `closed`, or the status that the proxy itself answers. */
export async function send(sent: Request, identity: (spiffe: string) => KeyPair): Promise<string> {
  const { to, method, path, headers, from: localAddress, connection } = sent;
  const plain: RequestOptions = { host: to.ip, port: to.port, method, path, headers, localAddress, agent: false };
  const secure: SecureOptions & Pick<ConnectionOptions, "ALPNProtocols"> = {
    ...plain,
    ...(sent.identity !== null && identity(sent.identity)),
    ...(sent.sni !== null && { servername: sent.sni }),
    ALPNProtocols: connection === "plaintext" ? [] : [...PROTOCOLS[connection]],
    // Whose certificate the server shows isn't asked here: it is one for all workloads.
    rejectUnauthorized: false,
  };
  const answer = await exchange((take) => {
    if (connection === "plaintext") return overHttp(plain, take);
    return overTls(secure, take);
  });
  if (answer === null) return "closed";
  if (answer.headers[BACKEND_HEADER] !== undefined) return "allow";
  return String(answer.statusCode);
}

/** null: the connection ended without an answer. @throws Error when there is neither in time */
export async function exchange(
  begin: (take: (answer: IncomingMessage) => void) => ReturnType<typeof overHttp>,
): Promise<IncomingMessage | null> {
  return await new Promise((resolve, reject) => {
    const outgoing = begin((answer) => {
      answer.resume();
      answer.on("error", () => undefined);
      resolve(answer);
    });
    outgoing.setTimeout(DEADLINE, () => {
      reject(new Error(`no answer within ${DEADLINE / 1000} s`));
      outgoing.destroy();
    });
    outgoing.on("error", () => resolve(null));
    outgoing.end();
  });
}
