/**
 * The lab's Kubernetes API server: HTTPS on loopback, its own authority, a few users. What it does like kube-apiserver
 * and what it leaves out: docs/adr/0002-embedded-api-server.md.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import {
  consoleUser,
  createAuthenticator,
  createToken,
  createTokens,
  personOf,
  type Role,
  roles,
  type Tokens,
  type User,
} from "./auth.ts";
import { createCatalogue } from "./catalogue.ts";
import { createAuthority } from "./certificate.ts";
import type { Context } from "./context.ts";
import { kubeconfigText, writeAccess } from "./kubeconfig.ts";
import type { Logs } from "./log-source.ts";
import { createAuthoriser } from "./rbac/authoriser.ts";
import { sendStatus } from "./respond.ts";
import { type Router, route } from "./router.ts";
import { seed } from "./seed.ts";
import { StatusError } from "./status.ts";
import { Store } from "./store.ts";

export interface ApiServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds since the epoch; default the system's clock. */
  readonly clock?: () => number;
  /** Where to write ca.crt and a kubeconfig for each user and the console (mode 0600); default nowhere. */
  readonly dir?: string;
  /** Of the people who use it; default new ones. Clusters of one lab share them, so that who signs in to one is known to all. */
  readonly tokens?: Tokens;
  /** Changes remembered for each resource, for watches; default 10 000. */
  readonly history?: number;
  /** What kubelets have of the containers; default none, as on a cluster without nodes. */
  readonly logs?: Logs;
}

export interface ApiServer {
  /** https://127.0.0.1:PORT */
  readonly url: string;
  readonly caPem: string;
  readonly tokens: Tokens;
  /** The console's own token, of this server alone. */
  readonly consoleToken: string;
  kubeconfig(user: Role): string;
  /**
   * Lets somebody else in while the server runs, and returns their token. Groups are taken as they are: without
   * `system:authenticated` not even discovery is allowed.
   */
  addToken(user: User): string;
  /** From now on the token is answered 401; watches that it opened go on. False when it wasn't known. */
  revokeToken(token: string): boolean;
  /** Forgets the history, so that older versions answer 410 Gone: what etcd's compaction does every five minutes. */
  compact(): void;
  /** Ends watches and closes the socket. */
  close(): Promise<void>;
}

/** Starts a server; resolves when it accepts connections. Cost: a few milliseconds. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const host = options.host ?? "127.0.0.1";
  const clock = options.clock ?? Date.now;
  const authority = createAuthority("meshscope-lab-ca", new Date());
  const identity = authority.issue([...new Set(["127.0.0.1", "localhost", "kubernetes.default.svc", host])]);
  const authenticator = createAuthenticator();
  const addToken = (user: User, token = createToken()): string => {
    authenticator.add(token, user);
    return token;
  };
  const tokens = options.tokens ?? createTokens();
  for (const role of roles) addToken(personOf(role), tokens[role]);
  const consoleToken = addToken(consoleUser);
  // Revisions begin away from zero, so that a small one is recognisably older than all that is known.
  const store = new Store({ firstRevision: 1000, history: options.history ?? 10_000 });
  const context: Context = {
    ...{ store, clock, catalogue: createCatalogue(), authoriser: createAuthoriser(store) },
    ...(options.logs === undefined ? {} : { logs: options.logs }),
  };
  seed(context);
  const stopping = new AbortController();
  let address = host;
  const router: Router = { context, authenticator, address: () => address, stopping: stopping.signal };
  const server = createServer({ key: identity.key, cert: identity.cert }, (incoming, response) => {
    void answer(router, incoming, response);
  });
  // One keep-alive connection may carry thousands of requests and watches that last for hours.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  address = `${host}:${(server.address() as AddressInfo).port}`;
  const url = `https://${address}`;
  const kubeconfig = (user: Role): string => kubeconfigText(url, authority.caPem, user, tokens[user]);
  if (options.dir !== undefined) writeAccess(options.dir, { url, caPem: authority.caPem, tokens, consoleToken });
  return {
    url,
    caPem: authority.caPem,
    tokens,
    consoleToken,
    kubeconfig,
    addToken: (user) => addToken(user),
    revokeToken: authenticator.revoke,
    compact: () => store.compact(),
    close: () =>
      new Promise((resolve) => {
        stopping.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(router: Router, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await route(router, incoming, response);
  } catch (error) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const failure =
      error instanceof StatusError
        ? error
        : new StatusError(500, "InternalError", `Internal error occurred: ${(error as Error).message}`);
    sendStatus(response, failure);
  }
}
