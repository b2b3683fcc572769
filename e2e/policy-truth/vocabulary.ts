/** What policies ask for and requests carry: few words, so that they meet, and words that nearly do. */

/** The mesh's own trust domain, and one that it was known by before. */
export const DOMAINS = ["cluster.local", "old.example"] as const;
export const ROOT = "istio-system";

/** Identities of clients, as SPIFFE has them without the scheme. */
export const IDENTITIES = [
  "cluster.local/ns/shop/sa/web",
  "cluster.local/ns/shop/sa/webhook",
  "cluster.local/ns/shopping/sa/web",
  "cluster.local/ns/edge/sa/gateway",
  "old.example/ns/shop/sa/web",
  "old.example/ns/edge/sa/cart",
] as const;

export const PRINCIPALS = [
  ...IDENTITIES,
  "*",
  "cluster.local/*",
  "cluster.local/ns/shop/*",
  "cluster.local/ns/shop/sa/web*",
  "*/sa/web",
  "*/ns/shop/sa/web",
  "*web",
  "old.example/ns/shop/sa/*",
  "other.example/ns/shop/sa/web",
];
export const NAMESPACES = ["shop", "shopping", "edge", "shop*", "*ing", "s*p", "*", "nowhere"];
export const ACCOUNTS = ["shop/web", "edge/gateway", "shop/webhook", "web", "edge/cart"];
export const TRUST_DOMAINS = ["cluster.local", "old.example", "other.example", "*.local", "old*", "*"];

/** Clients' addresses: the whole range is this machine's. */
export const ADDRESSES = ["127.0.1.1", "127.0.1.77", "127.0.2.5", "127.9.0.1"] as const;
/** In X-Forwarded-For. */
export const FORWARDED = ["203.0.113.7", "203.0.113.200", "10.1.2.3", "2001:db8::7"] as const;
export const BLOCKS = [
  ...["127.0.1.0/24", "127.0.1.1", "127.0.0.0/16", "127.0.2.4/30", "127.0.1.64/26", "10.0.0.0/8", "0.0.0.0/0"],
  ...["203.0.113.0/25", "203.0.113.200", "2001:db8::/32", "::/0"],
];

/**
 * Requests of HTTP at two ports of the Service, bytes at a third; the last one no Service names. Numbers that nothing else on a
 * machine is likely to listen on at all its addresses.
 */
export const PORTS = { first: 18_080, second: 18_081, bytes: 19_000, unnamed: 17_070 } as const;
export const PORT_VALUES = [...Object.values(PORTS).map(String), "80"];

export const METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"] as const;
export const METHOD_VALUES = [...METHODS, "*", "P*", "*T", "get"];

export const PATHS = [
  ...["/", "/a", "/a/b", "/a/b/c", "/a/x/c", "/ab", "/api/v1/items", "/api/v1/items/7", "/api/v2/items", "/a.json"],
  ...[
    "/api/report.json",
    "/A",
    "/a/",
    "/a/b?x=1",
    "/a?b=/c",
    "/api//items",
    "/a/../b",
    "/a/./b",
    "/%61",
    "/a%2Fb",
    "/a/b%20c",
    "/a/%2e%2e/b",
  ],
  ...["/a\\b", '/a"b', "/a/..;x/b", "/a//b/c", "/api/v1/..", "/a/x/y/c"],
];
export const PATH_VALUES = [
  ...["/", "/a", "/a/b", "/a*", "/a/*", "*.json", "*/items", "*", "/api/v1/items", "/api/*", "/b", "/A", "*/c"],
  ...[
    "/a/{*}",
    "/a/{*}/c",
    "/api/{*}/items",
    "/api/{**}",
    "/{**}/items",
    "/{*}",
    "/a/{**}/c",
    "/api/{*}/items/{*}",
    "/a%22b",
  ],
];

export const HOSTS = ["shop.example", "SHOP.example", "shop.example:8080", "api.shop.example", "other.example", "w"];
export const HOST_VALUES = [
  "shop.example",
  "Shop.Example",
  "*.example",
  "shop.example:*",
  "shop.*",
  "w",
  "*",
  "other*",
];

/** Of headers `x-user` and `x-tenant`. */
export const HEADERS = ["ann", "bob", "annabel", "Ann", ""];
export const HEADER_VALUES = ["ann", "bob", "ann*", "*b", "*", "*bel"];

/** Server names of TLS as Istio's clients send them. */
export const SERVER_NAMES = [
  "outbound_.8080_._.w.shop.svc.cluster.local",
  "outbound_.9000_._.w.shop.svc.cluster.local",
  "w.example",
] as const;
export const SERVER_NAME_VALUES = [SERVER_NAMES[0], "outbound_.8080_*", "*.cluster.local", "w.example", "*"];
