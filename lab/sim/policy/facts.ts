/** What an enforcement point knows of a call: of the connection always, of the request where it reads HTTP. */

/** An identity that mutual TLS proved. */
export interface Peer {
  /** TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT */
  readonly principal: string;
  readonly trustDomain: string;
  readonly namespace: string;
  readonly account: string;
}

/** The claims of a token that was verified. */
export type Claims = Readonly<Record<string, unknown>>;

export interface HttpFacts {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** The Host header as the client wrote it. */
  readonly host: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Facts {
  /** null: nobody proved who it is. */
  readonly peer: Peer | null;
  /** Of the connection's other end. */
  readonly sourceIp: string;
  /** Of the user whom the last trusted proxy named, else of the connection's other end. */
  readonly remoteIp: string;
  readonly destinationIp: string;
  /** The port that the workload listens on. */
  readonly port: number;
  /** What the client's TLS asked for; empty without. */
  readonly sni: string;
  /** null: bytes. */
  readonly http: HttpFacts | null;
  /** null: no verified token. */
  readonly claims: Claims | null;
  /** Unix milliseconds. */
  readonly atMs: number;
}

/** Reads a SPIFFE id of Istio's form. https://istio.io/latest/docs/concepts/security/#istio-identity */
export function peerOf(spiffe: string): Peer {
  const principal = spiffe.replace(/^spiffe:\/\//, "");
  const [trustDomain = "", , namespace = "", , account = ""] = principal.split("/");
  return { principal, trustDomain, namespace, account };
}
