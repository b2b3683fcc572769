/**
 * The answer of GET /graph and the events of /graph/stream as schemas: the source of docs/api.json. The types are
 * lib/graph/model.ts's; a test holds the two equal. Nobody parses our own answers with these at run time.
 */
import { LENSES, OUTCOMES } from "#lib/graph/model.ts";
import { z } from "./zod.ts";

const instant = z.iso.datetime().meta({ description: "RFC 3339, UTC" });
const perSecond = z.number().meta({ description: "events per second" });
const byKey = z.record(z.string(), perSecond);
const health = z.enum(["healthy", "degraded", "failing", "idle", "unknown"]);
const mesh = z.enum(["istio", "linkerd", "cilium", "osm", "extension"]);
const milliseconds = z.number().nullable().meta({ description: "milliseconds" });

const change = z
  .enum(["new", "gone", "same"])
  .meta({ description: "with compareAt; absent where a window isn't known" });

export const nodeSchema = z
  .object({
    id: z.string().meta({ description: "cluster/namespace/kind/name[/version], segments percent-encoded" }),
    kind: z.enum([
      "workload",
      "app",
      "service",
      "namespace",
      "cluster",
      "external",
      "restricted",
      "unknown",
      "operation",
    ]),
    cluster: z.string(),
    namespace: z.string(),
    workload: z.string().exactOptional(),
    app: z.string().exactOptional(),
    version: z.string().exactOptional(),
    service: z.string().exactOptional(),
    mesh: mesh.nullable(),
    dataplane: z.enum(["sidecar", "ambient", "gateway", "waypoint", "none"]).nullable(),
    health,
    coverage: z.object({ reporting: z.number(), pods: z.number() }).exactOptional(),
    goneAt: instant.exactOptional(),
    internal: z
      .object({ rate: perSecond, errorRate: perSecond.nullable() })
      .exactOptional()
      .meta({ description: "of a namespace or cluster: traffic among its own members, which is no edge" }),
    badges: z.array(z.string()),
    badgeCounts: z
      .record(z.string(), z.number())
      .exactOptional()
      .meta({ description: "how many objects, or rules of them, stand behind a badge" }),
    labels: z.record(z.string(), z.string()).exactOptional().meta({ description: "with labels=on" }),
    change: change.exactOptional(),
  })
  .meta({ id: "GraphNode" });

const bytes = z.object({ sent: z.number(), received: z.number() }).meta({
  id: "ByteRates",
  description: "bytes per second as the client sees them; of http and grpc the bodies, read with latency",
});
const messages = z
  .object({ sent: perSecond, received: perSecond })
  .meta({ id: "MessageRates", description: "gRPC messages per second, to the server and back" });
const connections = z
  .object({
    openedPerSecond: perSecond,
    closedPerSecond: perSecond,
    failedPerSecond: perSecond,
    open: z.number().nullable(),
  })
  .meta({ id: "ConnectionRates" });
const evidence = z
  .object({
    rate: perSecond.exactOptional(),
    codes: byKey.exactOptional(),
    flags: byKey.exactOptional(),
    bytesPerSecond: bytes.exactOptional(),
    connections: connections.exactOptional(),
    secured: z
      .number()
      .exactOptional()
      .meta({ description: "share that an extension says to be secured; nothing proves it" }),
  })
  .meta({ id: "ObserverEvidence" });
const outcomes = z.object(
  Object.fromEntries(OUTCOMES.map((name) => [name, perSecond])) as Record<(typeof OUTCOMES)[number], typeof perSecond>,
);

const limitSchema = z
  .object({
    direction: z.enum(["inbound", "outbound"]),
    outcomes: z.array(z.enum(OUTCOMES)).meta({ description: "empty where an annotation names codes instead" }),
    share: z.number().meta({ description: "of all requests, 0 to 1" }),
    degraded: z.number().meta({ description: "per cent" }),
    failing: z.number().meta({ description: "per cent" }),
  })
  .meta({ id: "HealthLimit", description: "the limit that made an edge degraded or failing" });

const trialSchema = z
  .object({
    action: z.enum(["allow", "deny"]),
    min: perSecond,
    max: perSecond.meta({ description: "requests/s, of tcp connections/s; equal to min where nobody else calls" }),
    atLeast: z.literal(true).exactOptional(),
  })
  .meta({ id: "EdgeTrial", description: "what policies on trial (istio.io/dry-run) would have denied of it" });

const latency = z.object({ mean: milliseconds, p50: milliseconds, p95: milliseconds, p99: milliseconds }).nullable();

/** What a comparison repeats of the earlier window. */
const compared = {
  rate: perSecond.nullable(),
  requests: z.number().nullable().meta({ description: "rate × window: how many requests the numbers rest on" }),
  errorRate: perSecond.nullable(),
  outcomes: outcomes.nullable(),
  bytesPerSecond: bytes.exactOptional(),
  connections: connections.exactOptional(),
  latency,
  mtls: z.number().nullable(),
  health,
};
const before = z.object(compared).meta({ id: "EdgeBefore", description: "the edge in the earlier window" });

export const edgeSchema = z
  .object({
    id: z.string().meta({ description: "source>target>protocol" }),
    source: z.string(),
    target: z.string(),
    protocol: z.enum(["http", "grpc", "tcp"]),
    mesh,
    layer: z.enum(["l4", "l7"]),
    observer: z.enum(["source", "destination", "waypoint", "ztunnel", "extension"]),
    observers: z.object({
      source: evidence.exactOptional(),
      destination: evidence.exactOptional(),
      waypoint: evidence.exactOptional(),
      ztunnel: evidence.exactOptional(),
      extension: evidence.exactOptional(),
    }),
    extensions: z
      .array(z.string())
      .exactOptional()
      .meta({ description: "names of the extensions (kiali_ext_requests_total, kiali_ext_tcp_…) that tell of it" }),
    ...compared,
    operations: byKey
      .exactOptional()
      .meta({ description: "requests/s by operation, where requests are classified (prometheus[].operationLabel)" }),
    messagesPerSecond: messages.exactOptional(),
    codes: byKey,
    flags: byKey,
    hosts: byKey,
    streaming: z.literal(true).exactOptional(),
    newborn: z.object({ atLeast: z.number(), firstSeen: instant }).exactOptional(),
    latencyMissing: z
      .enum([
        "off",
        "tcp",
        "no-samples",
        "streaming",
        "mixed-buckets",
        "native-histograms",
        "not-told",
        "source-failed",
        "operation",
      ])
      .exactOptional(),
    mtlsBasis: z.enum(["server", "peer", "inferred", "unknown"]),
    principals: z
      .object({ source: z.string().exactOptional(), destination: z.string().exactOptional() })
      .exactOptional(),
    half: z.enum(["service", "waypoint", "operation"]).exactOptional().meta({
      description:
        "services=on, waypoints=on: what follows the first part of a call that is drawn through its service, a waypoint, or both. operations=on: what a call carries of one operation, to its node and on from it, beside the call itself. Sums leave all of these out",
    }),
    trials: z.array(trialSchema).exactOptional().meta({
      description: "ALLOW and DENY are tried apart; absent: nothing is on trial there or was counted, which isn't 0",
    }),
    limit: limitSchema.exactOptional(),
    change: change.exactOptional(),
    before: before.exactOptional(),
    tooFew: z
      .literal(true)
      .exactOptional()
      .meta({ description: "under 30 requests or connections in a window: what differs may be chance" }),
  })
  .meta({ id: "GraphEdge" });

export const sourceSchema = z
  .object({
    name: z.string(),
    kind: z.enum(["prometheus", "kubernetes", "jaeger", "zipkin", "tempo"]),
    state: z.enum(["ok", "slow", "partial", "stale", "down"]),
    since: instant,
    asOf: instant.nullable(),
    queryMs: milliseconds,
    retryInMs: z.number().exactOptional(),
    problem: z.object({ code: z.string(), detail: z.string() }).exactOptional(),
    warnings: z.array(z.string()),
    infos: z.array(z.string()),
    clusters: z.array(z.string()),
    missing: z.array(z.object({ what: z.string(), consequence: z.string(), setting: z.string() })),
  })
  .meta({ id: "SourceStatus" });

const head = {
  at: instant,
  window: z
    .string()
    .meta({ description: "the effective window: the asked one, raised to at least four scrape intervals" }),
  latencyAt: instant.nullable(),
  configurationAt: instant.nullable(),
  compared: z
    .object({ at: instant, window: z.string(), untold: z.array(z.string()), notes: z.array(z.string()) })
    .exactOptional()
    .meta({ id: "Compared", description: "the earlier window, with compareAt" }),
};

export const graphSchema = z
  .object({
    ...head,
    lens: z.enum(LENSES),
    nodes: z.array(nodeSchema),
    edges: z.array(edgeSchema),
    sources: z.array(sourceSchema),
  })
  .meta({ id: "Graph" });

export const deltaSchema = z
  .object({
    seq: z.number(),
    ...head,
    removed: z.object({ nodes: z.array(z.string()), edges: z.array(z.string()) }),
    nodes: z.array(nodeSchema),
    edges: z.array(edgeSchema),
  })
  .meta({ id: "GraphDelta" });

const stepSchema = z
  .object({ ...deltaSchema.shape, sources: z.array(sourceSchema).exactOptional() })
  .meta({ id: "FrameStep", description: "sources: where they say something else than at the frame before" });

export const framesSchema = z
  .object({
    start: instant,
    end: instant,
    step: z.number().meta({
      description: "seconds from frame to frame: the asked ones, or a multiple where so many frames would be too much",
    }),
    snapshot: graphSchema.meta({ description: "the first frame" }),
    deltas: z.array(stepSchema).meta({ description: "what changed from frame to frame" }),
  })
  .meta({ id: "GraphFrames" });
