/** Which API server, and as whom the console itself speaks to it. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { MeshscopeError } from "#lib/errors.ts";
import type { Clock } from "#lib/units.ts";

export interface KubeTarget {
  /** The configured cluster name, in problems and on the page. */
  readonly name: string;
  /** https://host:port, with a path prefix where a proxy needs one. */
  readonly server: string;
  readonly tls: {
    /** PEM; without it the system's authorities count. */
    readonly ca?: string;
    /** The console's own client certificate. Never shown to the server when a call is made for a user. */
    readonly cert?: string;
    readonly key?: string;
    readonly serverName?: string;
  };
  /** The console's own token, asked before each request so that a rotated one is used at once. */
  readonly token?: () => Promise<string>;
}

/** @throws MeshscopeError `bad_config` */
export function serverOf(target: KubeTarget): { readonly origin: string; readonly prefix: string } {
  let url: URL;
  try {
    url = new URL(target.server);
  } catch {
    throw refuse(target.name, "the API server's address isn't a URL.");
  }
  if (url.protocol !== "https:")
    throw refuse(target.name, "the API server's address must begin with https://: tokens travel to it.");
  if (url.username || url.password || url.search || url.hash) {
    throw refuse(target.name, "the API server's address may only hold host, port and a path.");
  }
  return { origin: url.origin, prefix: url.pathname.replace(/\/+$/, "") };
}

const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
/** Kubelets rotate a token at 80 % of its life, which is at least ten minutes. */
const REREAD_SECONDS = 60;

/**
 * The API server of the cluster the console runs in, as its ServiceAccount.
 * https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
 * @throws MeshscopeError `bad_config` outside of a pod, or in one without a mounted token
 */
export async function inClusterTarget(
  name: string,
  clock: Clock,
  environment: Readonly<Record<string, string | undefined>>,
  folder: string = SERVICE_ACCOUNT,
): Promise<KubeTarget> {
  const host = environment.KUBERNETES_SERVICE_HOST;
  const port = environment.KUBERNETES_SERVICE_PORT ?? "443";
  if (!host)
    throw refuse(name, "inCluster is set, but this process runs in no pod (KUBERNETES_SERVICE_HOST is missing).");
  let ca: string;
  try {
    ca = await readFile(join(folder, "ca.crt"), "utf8");
  } catch (cause) {
    throw refuse(name, "inCluster is set, but no ServiceAccount is mounted (automountServiceAccountToken).", cause);
  }
  const token = rereadToken(join(folder, "token"), clock);
  await token().catch((cause: unknown) => {
    throw refuse(name, "the ServiceAccount's token can't be read.", cause);
  });
  return { name, server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`, tls: { ca }, token };
}

/** A token in a file that others rotate: read anew every minute; an empty or failed reading keeps the last good one. */
function rereadToken(path: string, clock: Clock): () => Promise<string> {
  let last: { readonly token: string; readonly at: number } | null = null;
  return async () => {
    if (last && clock.monotonic() - last.at < REREAD_SECONDS * 1000) return last.token;
    try {
      const token = (await readFile(path, "utf8")).trim();
      if (token === "") throw new Error("the token's file is empty");
      last = { token, at: clock.monotonic() };
    } catch (error) {
      if (!last) throw error;
    }
    return last.token;
  };
}

/** A wrong setting of one cluster. */
export function refuse(name: string, why: string, cause?: unknown): MeshscopeError {
  return new MeshscopeError("bad_config", `cluster "${name}": ${why}`, { cause });
}
