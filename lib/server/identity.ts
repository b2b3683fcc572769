/**
 * Who asks. Every use case takes a Credential, never a session or a request, so that none can forget to ask whose rights
 * count. A strategy (lib/server/session) makes it; a further strategy changes nothing behind this type.
 */
import type { UnixSeconds } from "#lib/units.ts";

/** Who a signed-in user is to one cluster. */
export interface ClusterIdentity {
  readonly user: string;
  /** Sent to that cluster's API server alone; never logged, never in an answer. */
  readonly token: string;
}

export interface Credential {
  readonly strategy: "anonymous" | "token";
  /**
   * `anonymous` and `guest` read with the console's own rights and write nothing; `user` reads and writes with its own, on
   * every cluster it is signed in to, and sees nothing of the others.
   */
  readonly role: "anonymous" | "guest" | "user";
  /** null: nobody in particular. */
  readonly user: string | null;
  /** Tells sessions apart, for limits and logs; says nothing of the token. null without a session. */
  readonly session: string | null;
  readonly expiresAt: UnixSeconds | null;
  /** By configured cluster name. */
  readonly clusters: ReadonlyMap<string, ClusterIdentity>;
}

/**
 * With strategy `anonymous` nothing a client sends is believed: a bearer token, a cookie or an identity header would be a
 * claim that nobody verified.
 */
export const ANONYMOUS: Credential = {
  strategy: "anonymous",
  role: "anonymous",
  user: null,
  session: null,
  expiresAt: null,
  clusters: new Map(),
};
