/**
 * The configuration's shape: every key, its default and what it accepts (docs/configuration.md is its twin for readers).
 * Objects are strict: a key nobody reads is an error, so that a typo can't switch a setting off silently.
 */
import { z } from "#lib/api/zod.ts";
import { OUTCOMES } from "#lib/graph/model.ts";
import { seconds } from "#lib/units.ts";
import { prometheus, tracing } from "./config-upstreams.ts";
import { duration, httpUrl, integer, name, text } from "./config-values.ts";

const MiB = 1024 * 1024;

const server = z.strictObject({
  host: text.default("127.0.0.1"),
  port: integer(0, 65_535).default(3000),
  publicUrl: httpUrl
    .refine((url) => URL.parse(url)?.pathname === "/", { error: "a URL without a path" })
    .exactOptional(),
  frameAncestors: z
    .array(
      text.regex(/^(?:https?:\/\/[A-Za-z0-9.*:-]+|'self')$/, {
        error: "origins such as https://wall.example.com, or 'self'",
      }),
    )
    .default([]),
});

const auth = z.strictObject({
  strategy: z
    .enum(["anonymous", "token"], {
      error:
        "anonymous (everyone sees what the console may read, and nothing can be written), token (people sign in with a token of their cluster)",
    })
    .default("anonymous"),
  /** What those who haven't signed in may do, with strategy token. */
  guest: z.enum(["none", "view"], { error: "none, view" }).default("none"),
  sessionKeyFile: text.exactOptional(),
  sessionLifetime: duration(seconds(300), seconds(7 * 86_400)).default(seconds(12 * 3600)),
});

const limits = z.strictObject({
  /** Open event streams of this process. */
  streams: integer(1, 100_000).default(500),
  /** Of these, one session's. It binds signed-in sessions; anonymous viewers can't be told apart. */
  streamsPerSession: integer(1, 1_000).default(16),
  /** Decoded bytes of one upstream answer. */
  upstreamBytes: integer(1024, 1024 * MiB).default(64 * MiB),
  upstreamTimeout: duration(seconds(1), seconds(60)).default(seconds(5)),
});

const kubernetes = z.union(
  [
    z.strictObject({ inCluster: z.preprocess((value) => value === true || value === "true", z.literal(true)) }),
    z.strictObject({ kubeconfig: text, context: text.exactOptional() }),
  ],
  { error: "{kubeconfig: FILE, context?: NAME} or {inCluster: true}" },
);

const cluster = z.strictObject({
  name,
  metricsName: text.exactOptional(),
  kubernetes: kubernetes.exactOptional(),
  mesh: z
    .strictObject({
      rootNamespace: text.default("istio-system"),
      istiod: z
        .strictObject({ url: httpUrl, bearerTokenFile: text.exactOptional(), caFile: text.exactOptional() })
        .exactOptional(),
    })
    .prefault({}),
});

const percent = z
  .number({ error: "per cent from 0 to 100" })
  .min(0, { error: "per cent from 0 to 100" })
  .max(100, { error: "per cent from 0 to 100" });

/** Matched whole: `reviews` doesn't fit reviews-v2, `reviews.*` does. */
const pattern = text.transform((source, context): RegExp => {
  try {
    return new RegExp(`^(?:${source})$`, "u");
  } catch {
    context.issues.push({ code: "custom", message: "a regular expression", input: source });
    return z.NEVER;
  }
});

const limit = z
  .strictObject({
    outcomes: z.array(z.enum(OUTCOMES, { error: OUTCOMES.join(", ") })).min(1, { error: "at least one outcome" }),
    degraded: percent,
    failing: percent,
    protocols: z.array(z.enum(["http", "grpc"], { error: "http, grpc" })).exactOptional(),
    direction: z.enum(["inbound", "outbound"], { error: "inbound, outbound" }).exactOptional(),
  })
  .refine((each) => each.degraded <= each.failing, { error: "degraded at most as large as failing" });

const tolerance = z.strictObject({
  namespace: pattern.exactOptional(),
  kind: pattern.exactOptional(),
  name: pattern.exactOptional(),
  limits: z.array(limit),
});

const health = z.strictObject({
  errorRate: z.enum(["meshscope", "kiali"], { error: "meshscope, kiali" }).default("meshscope"),
  tolerances: z.array(tolerance).default([]),
});

/** What a dashboard's variables are called: the graph's word → the variable. */
const dashboard = (variables: Readonly<Record<string, string>>) =>
  z.strictObject({
    uid: text.regex(/^[A-Za-z0-9_-]{1,40}$/, { error: "a dashboard's uid, from its address: /d/UID/…" }),
    variables: z
      .partialRecord(
        z.enum(["cluster", "namespace", "workload", "service"], { error: "cluster, namespace, workload, service" }),
        text.regex(/^[A-Za-z0-9_]{1,60}$/, { error: "a variable's name" }),
      )
      .default(variables),
  });

/** Istio's own dashboards have no fixed uid, but fixed variables. */
const grafana = z.strictObject({
  url: httpUrl,
  workload: dashboard({ namespace: "namespace", workload: "workload" }).nullable().default(null),
  service: dashboard({ service: "service" }).nullable().default(null),
  namespace: dashboard({ namespace: "namespace" }).nullable().default(null),
  mesh: dashboard({}).nullable().default(null),
});

export const configSchema = z
  .strictObject({
    server: server.prefault({}),
    auth: auth.prefault({}),
    poll: duration(seconds(1), seconds(300)).default(seconds(5)),
    limits: limits.prefault({}),
    health: health.prefault({}),
    grafana: grafana.nullable().default(null),
    clusters: z.array(cluster).min(1, { error: "at least one cluster" }),
    prometheus: z.array(prometheus).min(1, { error: "at least one Prometheus-compatible source" }),
    tracing: z.array(tracing).default([]),
  })
  .superRefine((config, context) => {
    const clusters = config.clusters.map((each) => each.name);
    unique(clusters, "clusters", context);
    for (const list of ["prometheus", "tracing"] as const) {
      const sources = config[list];
      unique(
        sources.map((each) => each.name),
        list,
        context,
      );
      sources.forEach((source, index) => {
        const unknown = source.clusters?.find((each) => !clusters.includes(each));
        if (unknown === undefined) return;
        context.addIssue({
          code: "custom",
          path: [list, index, "clusters"],
          message: clusters.join(", "),
          input: unknown,
        });
      });
    }
    if (config.auth.strategy === "token") checkToken(config, context);
  });

interface Checked {
  readonly server: z.output<typeof server>;
  readonly clusters: readonly z.output<typeof cluster>[];
}

/** Tokens are checked by a cluster, and must not cross a network in the clear. */
function checkToken({ server, clusters }: Checked, context: z.core.$RefinementCtx): void {
  if (clusters.every((each) => each.kubernetes === undefined))
    context.addIssue({
      code: "custom",
      path: ["auth", "strategy"],
      message: "token only with a cluster that has kubernetes: its API server says whose token it is",
      input: "token",
    });
  const url = publicUrl(server);
  if (url.protocol !== "https:" && !LOOPBACK.has(url.hostname))
    context.addIssue({
      code: "custom",
      path: ["server", "publicUrl"],
      message: "an https:// URL with auth.strategy token, unless it is this machine's own (127.0.0.1)",
      input: url.origin,
    });
}

const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

function unique(names: readonly string[], path: string, context: z.core.$RefinementCtx): void {
  names.forEach((each, index) => {
    if (names.indexOf(each) < index)
      context.addIssue({ code: "custom", path: [path, index, "name"], message: "a name of its own", input: each });
  });
}

/** The configuration as the process uses it; durations are seconds. */
export type Config = z.output<typeof configSchema>;
export type PrometheusConfig = Config["prometheus"][number];
export type TracingConfig = Config["tracing"][number];
export type ClusterConfig = Config["clusters"][number];

/** Where browsers reach the console: what Host and Origin are compared with. */
export function publicUrl(server: Config["server"]): URL {
  return new URL(
    server.publicUrl ?? `http://${server.host.includes(":") ? `[${server.host}]` : server.host}:${server.port}`,
  );
}
