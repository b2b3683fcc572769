import type { Normalization } from "../paths.ts";

/**
 * What is known of one call where a policy is enforced. Absent: not known. null: known to be none. The call is as that proxy
 * sees it: behind a gateway or waypoint the peer is the proxy, not the client.
 */
export interface CallFacts {
  /** Whether the proxy reads requests or forwards bytes, which is the port's protocol. */
  readonly protocol?: "http" | "tcp";
  /** The peer's identity by mutual TLS, `cluster.local/ns/shop/sa/web`; null: no mutual TLS. */
  readonly principal?: string | null;
  /** Whom the connection comes from. */
  readonly sourceIp?: string;
  /** Who began it, by X-Forwarded-For or the PROXY protocol as far as those are trusted. */
  readonly remoteIp?: string;
  readonly destinationIp?: string;
  /** Of the workload, not of the service. */
  readonly port?: number;
  /** Server name of TLS. */
  readonly sni?: string | null;
  /** `:authority`, with its port where the client sends one. */
  readonly host?: string;
  readonly method?: string;
  /** With the query, as it was sent; the query isn't read here. */
  readonly path?: string;
  /** How the proxy normalizes paths: a setting of the mesh. */
  readonly normalization?: Normalization;
  /** By lower-case name. A name that isn't there isn't known. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** The JWT that the call carries; null: none. */
  readonly token?: Token | null;
  /** What an external authorizer says of the call, by provider. */
  readonly external?: Readonly<Record<string, "allow" | "deny">>;
}

/** Where a request carries its token. */
export interface TokenPlace {
  readonly kind: "header" | "param" | "cookie";
  readonly name: string;
  /** What a header's value has before it, `Bearer ` for one; absent: nothing. */
  readonly before?: string;
}

export interface Token {
  /** Absent: where the rule for its issuer looks for it. */
  readonly place?: TokenPlace;
  /** Signed by a key of its issuer, and not expired. Absent: not known. */
  readonly valid?: boolean;
  readonly issuer?: string;
  readonly subject?: string | null;
  readonly audiences?: readonly string[];
  /** The claim `azp`. */
  readonly presenter?: string | null;
  /**
   * Others, by name, nested ones by names with `][` between: texts or lists of texts. One alone stands for a text, not for a list of it.
   * A name that isn't there isn't known.
   */
  readonly claims?: Readonly<Record<string, readonly string[] | null>>;
}

/** A fact by a name from outside: what every object has by nature (`constructor`) is none. */
export const factAt = <T>(facts: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  facts !== undefined && Object.hasOwn(facts, name) ? facts[name] : undefined;
