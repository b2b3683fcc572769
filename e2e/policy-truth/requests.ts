/** Requests to a workload by chance, each with what is known of it. */
import type { CallFacts } from "#lib/mesh/istio/policy/meaning/authorization/facts.ts";
import type { Chance } from "./chance.ts";
import type { Scene } from "./scene.ts";
import { type Signer, withQuery } from "./tokens.ts";
import * as words from "./vocabulary.ts";

/** What the client's proxy would send. */
export type Connection = "mutual TLS" | "own TLS" | "plaintext";

export interface Request {
  readonly connection: Connection;
  /** Of the client's certificate; null: it shows none. */
  readonly identity: string | null;
  readonly from: string;
  readonly to: { readonly ip: string; readonly port: number };
  readonly sni: string | null;
  readonly method: string;
  /** As it is written into the request. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly facts: CallFacts;
}

export async function request(from: Chance, { ip }: Scene, keys: Signer): Promise<Request> {
  const connection = from.is(0.72) ? "mutual TLS" : from.is(0.1) ? "own TLS" : "plaintext";
  const identity = connection === "mutual TLS" ? from.of(words.IDENTITIES) : null;
  const port = from.is(0.6) ? words.PORTS.first : from.of(Object.values(words.PORTS));
  const sni = connection === "mutual TLS" ? from.of(words.SERVER_NAMES) : null;
  const source = from.of(words.ADDRESSES);
  const forwarded = from.is(0.3) ? from.some(words.FORWARDED, 1, 2) : [];
  const [method, bare, host] = [from.of(words.METHODS), from.of(words.PATHS), from.of(words.HOSTS)];
  const named = {
    "x-user": from.is(0.6) ? from.of(words.HEADERS) : null,
    "x-tenant": from.is(0.4) ? from.of(words.HEADERS) : null,
  };
  const { headers: carrying, query, token } = await keys.token(from);
  const path = withQuery(bare, query);
  const headers = Object.entries({
    ...{ host, ...named, ...carrying },
    "x-forwarded-for": forwarded.length === 0 ? null : forwarded.join(", "),
  });
  return {
    ...{ connection, identity, from: source, to: { ip, port }, sni, method, path },
    headers: Object.fromEntries(headers.filter((each): each is [string, string] => each[1] !== null)),
    facts: {
      ...{
        protocol: port === words.PORTS.bytes ? "tcp" : "http",
        principal: identity,
        sourceIp: source,
        destinationIp: ip,
        port,
      },
      // Of several the last one counts: no proxies before this one are trusted. Bytes have no such header.
      remoteIp: (port === words.PORTS.bytes ? undefined : forwarded.at(-1)) ?? source,
      ...{ sni, host, method, path, normalization: "BASE", headers: { ...named, ...carriers(carrying) }, token },
    },
  };
}

/** Headers that may carry a token, as the workload's proxy is asked for them. */
function carriers(carrying: Readonly<Record<string, string>>): Readonly<Record<string, string | null>> {
  const sent = new Map(Object.entries(carrying).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(["authorization", "x-jwt"].map((name) => [name, sent.get(name) ?? null]));
}
