/** Normalization of paths: what the console makes of seeded ones against what Envoy does, in each of the mesh's four ways. */
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "#lab/process/ports.ts";
import { realEnvoy } from "#lab/real/binaries.ts";
import { startEnvoy } from "#lab/real/envoy.ts";
import { type Normalization, normalized } from "#lib/mesh/istio/policy/meaning/paths.ts";
import { type Chance, chance } from "./chance.ts";
import { type Outcome, parallel, tally } from "./outcome.ts";
import { exchange } from "./send.ts";

/** What istiod makes of the mesh's setting (networking/core, buildHTTPConnectionManager). */
const SETTINGS: Readonly<Record<Normalization, object>> = {
  NONE: { normalizePath: false },
  BASE: { normalizePath: true },
  MERGE_SLASHES: { normalizePath: true, mergeSlashes: true },
  DECODE_AND_MERGE_SLASHES: {
    ...{ normalizePath: true, mergeSlashes: true, pathWithEscapedSlashesAction: "UNESCAPE_AND_FORWARD" },
  },
};
const WAYS = Object.keys(SETTINGS) as Normalization[];

const PARTS = [
  ...[
    "a",
    "B",
    "7",
    ".",
    "..",
    "...",
    "/",
    "//",
    "\\",
    "%61",
    "%7e",
    "%2f",
    "%2F",
    "%5c",
    "%2e",
    "%2E",
    "%20",
    "%zz",
    "%",
  ],
  ...[";", ";x", "|", "^", '"', "{", "}", "~", "?", "?q=/../", "+", ":", "@", "%C3%A9"],
];
const HEADER = "x-path";
const EXTENSIONS = "type.googleapis.com/envoy.extensions.filters";

/** Answers each request with the path that routes and filters see. */
const echo = (port: number, settings: object): object => ({
  name: String(port),
  address: { socketAddress: { address: "127.0.0.1", portValue: port } },
  filterChains: [
    {
      filters: [
        {
          name: "envoy.filters.network.http_connection_manager",
          typedConfig: {
            "@type": `${EXTENSIONS}.network.http_connection_manager.v3.HttpConnectionManager`,
            ...{ statPrefix: "echo", ...settings },
            httpFilters: [{ name: "router", typedConfig: { "@type": `${EXTENSIONS}.http.router.v3.Router` } }],
            routeConfig: {
              responseHeadersToAdd: [{ header: { key: HEADER, value: "%REQ(:PATH)%" } }],
              virtualHosts: [
                { name: "all", domains: ["*"], routes: [{ match: { prefix: "" }, directResponse: { status: 200 } }] },
              ],
            },
          },
        },
      ],
    },
  ],
});

const some = (from: Chance): string =>
  `/${Array.from({ length: from.number(0, 9) }, () => (from.is(0.4) ? "/" : from.of(PARTS))).join("")}`;

export async function comparePaths(env: NodeJS.ProcessEnv, seed: number, count: number): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), "meshscope-paths-"));
  try {
    const ports = await freePorts(WAYS);
    const listeners = WAYS.map((how) => echo(ports[how], SETTINGS[how]));
    const { program } = await startEnvoy(realEnvoy(env), dir, { listeners, clusters: [], secrets: [] });
    try {
      const from = chance(seed);
      const pairs = Array.from({ length: count }, (_, n) => ({
        path: some(from),
        how: WAYS[n % WAYS.length] ?? "BASE",
      }));
      const found = tally();
      await parallel(pairs, async ({ path, how }) => {
        const answer = await exchange((take) =>
          request({ host: "127.0.0.1", port: ports[how], path, agent: false }, take),
        );
        found.decide(how);
        const [ours, real] = [normalized(path, how), answer?.headers[HEADER] ?? String(answer?.statusCode)];
        if (ours !== real) found.differ([`seed ${seed}: ${how} ${path}: we say ${ours}, Envoy ${real}`]);
      });
      return found;
    } finally {
      await program.guarded.stop();
    }
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
