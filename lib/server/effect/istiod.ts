/** Asking an istiod's debug pages: one question at a time a cluster, its answer shared for a moment. */
import { Pool } from "undici";
import { MeshscopeError } from "#lib/errors.ts";
import { type ProxySync, readSync } from "#lib/mesh/istio/sync.ts";
import { BodyError, readBody } from "#lib/upstream/body.ts";
import { connectionWords, isExpected } from "#lib/upstream/failure.ts";
import type { Timers } from "../clock.ts";

export interface IstiodTarget {
  readonly cluster: string;
  /** Base of its debug pages, such as http://istiod.istio-system:15014. */
  readonly url: string;
  /** Istiod wants a ServiceAccount's token for its audience from everyone but loopback. */
  readonly token?: () => Promise<string>;
  readonly ca?: string;
}

export interface Istiod {
  /** @throws MeshscopeError `upstream_unreachable`, `upstream_timeout`, `upstream_unauthorised`, `upstream_bad` */
  proxies(): Promise<readonly ProxySync[]>;
  close(): Promise<void>;
}

/** A thousand proxies are about a megabyte. */
const MAX_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 4000;
/** Everyone who watches a change within this gets the same answer. */
const SHARED_MS = 3000;

/** Connects with the first question. */
export function createIstiod(target: IstiodTarget, timers: Timers): Istiod {
  const { origin, pathname } = new URL(target.url);
  const pool = new Pool(origin, {
    connections: 1,
    connect: { timeout: TIMEOUT_MS, ...(target.ca === undefined ? {} : { ca: target.ca }) },
  });
  let last: { readonly at: number; readonly answer: Promise<readonly ProxySync[]> } | null = null;

  async function ask(): Promise<readonly ProxySync[]> {
    const token = await target.token?.();
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const answer = await pool.request({
        method: "GET",
        path: `${pathname.replace(/\/+$/, "")}/debug/syncz`,
        headers: { accept: "application/json", ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        signal,
      });
      const text = await readBody(answer.body, undefined, MAX_BYTES);
      if (answer.statusCode === 401 || answer.statusCode === 403) {
        const setting = "clusters[].mesh.istiod.bearerTokenFile";
        const why = `Istiod of cluster "${target.cluster}" doesn't accept the console. It wants a token: ${setting}.`;
        throw new MeshscopeError("upstream_unauthorised", why);
      }
      const proxies = answer.statusCode === 200 ? readSync(parsed(text)) : null;
      if (proxies !== null) return proxies;
      const said = `HTTP ${answer.statusCode} and nothing that could be read`;
      throw new MeshscopeError(
        "upstream_bad",
        `Istiod of cluster "${target.cluster}" answers /debug/syncz with ${said}.`,
      );
    } catch (thrown) {
      if (isExpected(thrown)) throw thrown;
      if (signal.aborted)
        throw new MeshscopeError("upstream_timeout", `Istiod of cluster "${target.cluster}" didn't answer in 4 s.`);
      if (thrown instanceof BodyError)
        throw new MeshscopeError("upstream_bad", `The answer of istiod of cluster "${target.cluster}" can't be read.`);
      const why = `Istiod of cluster "${target.cluster}" can't be reached: ${connectionWords(thrown)}.`;
      throw new MeshscopeError("upstream_unreachable", why, { cause: thrown });
    }
  }

  return {
    proxies() {
      const now = timers.monotonic();
      if (last === null || now - last.at >= SHARED_MS) {
        const answer = ask();
        // Whoever asks next gets a failure from this second, too; it must not be unhandled until then.
        answer.catch(() => undefined);
        last = { at: now, answer };
      }
      return last.answer;
    },
    close: () => pool.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
