/**
 * Signing in and out, and whose request it is. A session is stateless: who the viewer is to each cluster, sealed in the
 * browser's cookie. Whatever can't be opened is nobody's.
 */
import { createHash, randomUUID } from "node:crypto";
import { formatInstant } from "#lib/api/instant.ts";
import type { SessionAnswer } from "#lib/api/session.ts";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import type { KubeWriter } from "#lib/kube/writing.ts";
import { type Clock, type Seconds, type UnixSeconds, unixSeconds } from "#lib/units.ts";
import { ANONYMOUS, type ClusterIdentity, type Credential } from "../identity.ts";
import { clearCookie, readCookie, writeCookie } from "./cookie.ts";
import { type KeyRing, SESSION_PURPOSE } from "./keys.ts";
import { Limiter } from "./limiter.ts";
import { expiryHint } from "./token.ts";

export interface SessionDeps {
  readonly strategy: "anonymous" | "token";
  readonly guest: "none" | "view";
  readonly lifetime: Seconds;
  readonly cookie: string;
  readonly keys: KeyRing;
  readonly clock: Clock;
  /** Clusters with Kubernetes, in the configuration's order. */
  readonly clusters: ReadonlyMap<string, Pick<KubeWriter, "whoAmI">>;
  readonly log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
}

/** Whose request it is; null: nobody's, and nobody may look. `setCookies` are for the answer. */
export interface Admitted {
  readonly credential: Credential | null;
  readonly setCookies: readonly string[];
}

interface Identity extends ClusterIdentity {
  readonly expiresAt: UnixSeconds;
}
interface Stored {
  readonly id: string;
  readonly clusters: ReadonlyMap<string, Identity>;
}

export class Sessions {
  readonly #deps: SessionDeps;
  readonly #byAddress: Limiter;
  readonly #byToken: Limiter;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    // Behind a proxy all share its address: enough for a team that mistypes, too little to guess.
    this.#byAddress = new Limiter({ burst: 30, every: 4 }, deps.clock);
    this.#byToken = new Limiter({ burst: 5, every: 30 }, deps.clock);
  }

  /** Never rejects: a cookie that isn't ours, is over or was changed is taken away, and the request is a guest's or nobody's. */
  async admit(cookieHeader: string | null): Promise<Admitted> {
    const { strategy, guest, cookie } = this.#deps;
    if (strategy === "anonymous") return { credential: ANONYMOUS, setCookies: [] };
    const kept = readCookie(cookie, cookieHeader);
    const stored = await this.#open(kept.text);
    if (stored !== null) return { credential: credentialOf(stored), setCookies: [] };
    return { credential: guest === "view" ? GUEST : null, setCookies: clearCookie(cookie, kept.names) };
  }

  /**
   * Signs in to one cluster, beside the others that the session has. Answers Set-Cookie values.
   * @throws MeshscopeError `unauthorised` (a bad token), `rate_limited`, `unknown_cluster`, `bad_request` (nobody signs in
   * here), `too_large`, and what asking the cluster's API server throws
   */
  async signIn(
    o: {
      readonly token: string;
      readonly cluster?: string;
      readonly cookieHeader: string | null;
      readonly address: string;
    },
    signal?: AbortSignal,
  ): Promise<readonly string[]> {
    const { strategy, clusters, cookie, keys, clock, lifetime, log } = this.#deps;
    if (strategy === "anonymous")
      throw new MeshscopeError("bad_request", "Nobody signs in here: auth.strategy is anonymous.");
    const cluster = o.cluster ?? [...clusters.keys()][0] ?? "";
    const asked = clusters.get(cluster);
    if (asked === undefined)
      throw new MeshscopeError("unknown_cluster", `Signing in is possible to: ${[...clusters.keys()].join(", ")}.`);
    const token = o.token.trim();
    // RFC 6750: what a bearer token may be written with. Anything else would break the header it is sent in.
    if (!/^[A-Za-z0-9._~+/=-]+$/.test(token)) throw refused(cluster);
    const user = await this.#ask(asked, cluster, token, o.address, signal);
    const kept = readCookie(cookie, o.cookieHeader);
    const before = await this.#open(kept.text);
    const now = clock.now();
    const expiresAt = unixSeconds(Math.min(now + lifetime, expiryHint(token) ?? Number.POSITIVE_INFINITY));
    if (expiresAt <= now) throw refused(cluster);
    const stored: Stored = {
      id: randomUUID(),
      clusters: new Map([...(before?.clusters ?? []), [cluster, { user, token, expiresAt }]]),
    };
    const cookies = writeCookie(cookie, await keys.seal(SESSION_PURPOSE, encode(stored)), kept.names);
    if (cookies === null) {
      const detail = "The session would not fit into cookies. Sign out, and sign in to fewer clusters at a time.";
      throw new MeshscopeError("too_large", detail);
    }
    log.info({ user, cluster, session: stored.id }, "signed in");
    return cookies;
  }

  /** Set-Cookie values that end the session in this browser. */
  signOut(cookieHeader: string | null): readonly string[] {
    return clearCookie(this.#deps.cookie, readCookie(this.#deps.cookie, cookieHeader).names);
  }

  async #ask(
    asked: Pick<KubeWriter, "whoAmI">,
    cluster: string,
    token: string,
    address: string,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const hash = createHash("sha256").update(token).digest("base64");
    const wait = Math.max(this.#byAddress.take(address), 0);
    if (wait > 0) throw tooMany(wait);
    const waitToken = this.#byToken.take(hash);
    if (waitToken > 0) {
      this.#byAddress.giveBack(address);
      throw tooMany(waitToken);
    }
    const uncount = () => {
      this.#byAddress.giveBack(address);
      this.#byToken.giveBack(hash);
    };
    try {
      const { username } = await asked.whoAmI({ as: { token }, ...(signal ? { signal } : {}) });
      const user = cleanName(username);
      if (user === "" || user === "system:anonymous") throw refused(cluster);
      uncount();
      return user;
    } catch (thrown) {
      const { code } = problemOf(thrown);
      if (REFUSALS.has(code)) {
        this.#deps.log.warn({ cluster, address }, "a sign-in was refused");
        throw refused(cluster);
      }
      uncount();
      throw thrown;
    }
  }

  async #open(text: string | null): Promise<Stored | null> {
    const bytes = text === null ? null : await this.#deps.keys.open(SESSION_PURPOSE, text);
    const stored = bytes === null ? null : decode(bytes);
    if (stored === null) return null;
    // A cluster that is no longer configured, or whose turn is over, is no part of it.
    const now = this.#deps.clock.now();
    const clusters = new Map(
      [...stored.clusters].filter(([name, { expiresAt }]) => expiresAt > now && this.#deps.clusters.has(name)),
    );
    return clusters.size === 0 ? null : { ...stored, clusters };
  }
}

/** For strategy anonymous, which seals and opens nothing. */
export const NO_KEYS: KeyRing = {
  seal: () => Promise.reject(new MeshscopeError("internal", "There is no key to seal with.")),
  open: async () => null,
};

/** Who the viewer is, as GET /session says it: never a token. */
export function sessionAnswer(
  credential: Credential | null,
  strategy: Credential["strategy"],
  clusters: readonly string[],
): SessionAnswer {
  const expiresAt = credential?.expiresAt ?? null;
  return {
    user: credential?.user ?? null,
    strategy,
    role: credential?.role ?? null,
    identities: [...(credential?.clusters ?? [])].map(([cluster, { user }]) => ({ cluster, user })),
    expiresAt: expiresAt === null ? null : formatInstant(expiresAt),
    clusters: [...clusters],
  };
}

/** Codes by which an API server's 401 may arrive. */
const REFUSALS: ReadonlySet<string> = new Set(["unauthorised", "reauth", "upstream_unauthorised"]);

const GUEST: Credential = { ...ANONYMOUS, strategy: "token", role: "guest" };

function refused(cluster: string): MeshscopeError {
  return new MeshscopeError(
    "unauthorised",
    `Cluster "${cluster}" doesn't accept this token. It may have expired: make a new one with kubectl create token NAME.`,
  );
}

function tooMany(retryAfter: number): MeshscopeError {
  const detail = `Too many sign-ins have failed. Try again in ${retryAfter} s.`;
  return new MeshscopeError("rate_limited", detail, { retryAfter });
}

/** User names come from outside: no control or direction characters, and no more than anybody reads. */
function cleanName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "").slice(0, 256);
}

function credentialOf({ id, clusters }: Stored): Credential {
  const [first] = clusters.values();
  return {
    strategy: "token",
    role: "user",
    user: first?.user ?? null,
    session: id,
    // The first to end: from then on the session shows less, and says so by ending its streams.
    expiresAt: unixSeconds(Math.min(...[...clusters.values()].map(({ expiresAt }) => expiresAt))),
    clusters: new Map([...clusters].map(([name, { user, token }]) => [name, { user, token }])),
  };
}

const VERSION = 1;

function encode({ id, clusters }: Stored): Uint8Array {
  const list = [...clusters].map(([name, { user, token, expiresAt }]) => [name, user, token, expiresAt]);
  return new TextEncoder().encode(JSON.stringify([VERSION, id, list]));
}

/** Only what this console sealed gets here; an older version's form is nobody's. */
function decode(bytes: Uint8Array): Stored | null {
  const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (!Array.isArray(value) || value[0] !== VERSION) return null;
  const [, id, list] = value as [number, string, [string, string, string, number][]];
  return {
    id,
    clusters: new Map(
      list.map(([name, user, token, expiresAt]) => [name, { user, token, expiresAt: unixSeconds(expiresAt) }]),
    ),
  };
}
