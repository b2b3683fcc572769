/** Intents as forms send them (lib/policy/intent.ts), checked before anything acts on them. */
import { MeshscopeError } from "#lib/errors.ts";
import type { Intent } from "#lib/policy/intent.ts";
import { egressHostsSchema } from "./egress.ts";
import {
  cluster,
  count,
  dnsLabel,
  duration,
  few,
  header,
  labelValue,
  name,
  part,
  percent,
  plain,
  port,
  version,
} from "./intent-parts.ts";
import { authorization, requestAuthentication } from "./intents-access.ts";
import { z } from "./zod.ts";

const service = z.strictObject({ cluster, namespace: dnsLabel, name: dnsLabel });
const object = z.strictObject({
  cluster,
  group: z.string().max(253),
  version: z.string().min(1).max(63),
  kind: z.string().min(1).max(63),
  namespace: dnsLabel.nullable(),
  name,
});
const rule = z.strictObject({
  object,
  path: z.string().regex(/^spec\.(http|tls|tcp|rules)\[\d{1,4}\]$/, { error: "a place such as spec.http[0]" }),
});
const onService = { service, rule: rule.exactOptional() };
const text = z.strictObject({ op: z.enum(["exact", "prefix", "regex"]), value: plain(1024) });
const cookieName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, { error: "a cookie's name" });

const shift = z.strictObject({
  kind: z.literal("shift"),
  ...onService,
  protocol: z.enum(["http", "tcp", "tls"]).exactOptional(),
  weights: z
    .array(z.strictObject({ version, percent }))
    .min(1)
    .max(64)
    .refine((all) => all.reduce((sum, one) => sum + one.percent, 0) === 100, { error: "shares that sum to 100" })
    .refine((all) => new Set(all.map((one) => one.version)).size === all.length, { error: "each version once" }),
});
const match = z.strictObject({
  kind: z.literal("match"),
  ...onService,
  name: dnsLabel.exactOptional(),
  remove: z.literal(true).exactOptional(),
  when: z
    .strictObject({
      path: text.exactOptional(),
      method: text.exactOptional(),
      headers: few(text, header).exactOptional(),
      cookie: z.strictObject({ name: cookieName, value: plain(1024) }).exactOptional(),
      sourceLabels: few(labelValue).exactOptional(),
      sourceNamespace: dnsLabel.exactOptional(),
    })
    .refine((when) => Object.keys(when).length > 0, { error: "at least one condition" }),
  version,
});
const mirror = z.strictObject({
  kind: z.literal("mirror"),
  ...onService,
  to: z.strictObject({ version, percent: part }).nullable(),
});
const resilience = z.strictObject({
  kind: z.literal("resilience"),
  ...onService,
  timeout: duration.nullable().exactOptional(),
  retries: z
    .strictObject({
      attempts: z.int().min(0).max(100),
      perTryTimeout: duration.exactOptional(),
      retryOn: z
        .string()
        .regex(/^[a-z0-9-]+(, ?[a-z0-9-]+){0,31}$/, { error: "conditions such as 5xx,reset" })
        .exactOptional(),
      backoff: duration.exactOptional(),
    })
    .nullable()
    .exactOptional(),
});
const fault = z.strictObject({
  kind: z.literal("fault"),
  ...onService,
  delay: z.strictObject({ percent: part, fixedDelay: duration }).nullable().exactOptional(),
  abort: z
    .strictObject({
      percent: part,
      httpStatus: z.int().min(200).max(599).exactOptional(),
      grpcStatus: z
        .string()
        .regex(/^[A-Z_]{2,32}$/, { error: "a gRPC status such as UNAVAILABLE" })
        .exactOptional(),
    })
    .nullable()
    .exactOptional(),
  until: z.iso.datetime({ offset: true }).exactOptional(),
});
const locality = z
  .string()
  .regex(/^[A-Za-z0-9*._-]{1,63}(\/[A-Za-z0-9*._-]{1,63}){0,2}$/, { error: "a locality such as region/zone" });
const destination = z.strictObject({
  kind: z.literal("destination"),
  service,
  version: version.exactOptional(),
  connectionPool: z
    .strictObject({
      maxConnections: count.exactOptional(),
      connectTimeout: duration.exactOptional(),
      http1MaxPendingRequests: count.exactOptional(),
      http2MaxRequests: count.exactOptional(),
      maxRequestsPerConnection: count.exactOptional(),
      maxRetries: count.exactOptional(),
      idleTimeout: duration.exactOptional(),
    })
    .nullable()
    .exactOptional(),
  outlierDetection: z
    .strictObject({
      consecutive5xxErrors: count.exactOptional(),
      consecutiveGatewayErrors: count.exactOptional(),
      interval: duration.exactOptional(),
      baseEjectionTime: duration.exactOptional(),
      maxEjectionPercent: percent.exactOptional(),
      minHealthPercent: percent.exactOptional(),
    })
    .nullable()
    .exactOptional(),
  loadBalancer: z
    .strictObject({
      simple: z.enum(["ROUND_ROBIN", "LEAST_REQUEST", "RANDOM", "PASSTHROUGH"]).exactOptional(),
      consistentHash: z
        .strictObject({
          header: header.exactOptional(),
          cookie: z.strictObject({ name: cookieName, ttl: duration }).exactOptional(),
          sourceIp: z.literal(true).exactOptional(),
        })
        .exactOptional(),
      locality: z
        .strictObject({
          enabled: z.boolean(),
          failover: z
            .array(z.strictObject({ from: locality, to: locality }))
            .max(64)
            .exactOptional(),
          distribute: z
            .array(z.strictObject({ from: locality, to: few(percent, locality) }))
            .max(64)
            .exactOptional(),
        })
        .nullable()
        .exactOptional(),
    })
    .nullable()
    .exactOptional(),
  tls: z
    .strictObject({
      mode: z.enum(["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]),
      credentialName: name.exactOptional(),
      sni: z
        .string()
        .regex(/^[A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?$/, { error: "a host name" })
        .exactOptional(),
    })
    .nullable()
    .exactOptional(),
});
const mode = z.enum(["STRICT", "PERMISSIVE", "DISABLE", "UNSET"]);
const mtls = z.strictObject({
  kind: z.literal("mtls"),
  cluster,
  scope: z.discriminatedUnion("level", [
    z.strictObject({ level: z.literal("mesh") }),
    z.strictObject({ level: z.literal("namespace"), namespace: dnsLabel }),
    z.strictObject({ level: z.literal("workload"), namespace: dnsLabel, labels: few(labelValue) }),
  ]),
  mode: mode.exactOptional(),
  ports: few(mode.nullable(), port).exactOptional(),
});
const egress = z.strictObject({
  kind: z.literal("egress"),
  cluster,
  scope: z.discriminatedUnion("level", [
    z.strictObject({ level: z.literal("namespace"), namespace: dnsLabel }),
    z.strictObject({ level: z.literal("workload"), namespace: dnsLabel, labels: few(labelValue) }),
  ]),
  hosts: egressHostsSchema.min(1),
});
const injection = z.strictObject({
  kind: z.literal("injection"),
  cluster,
  namespace: dnsLabel,
  mode: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("sidecar") }),
    z.strictObject({ type: z.literal("revision"), revision: dnsLabel }),
    z.strictObject({ type: z.literal("ambient") }),
    z.strictObject({ type: z.literal("none") }),
  ]),
});
const exported = z.strictObject({
  kind: z.literal("export"),
  object,
  exportTo: z
    .array(z.union([z.literal("."), z.literal("*"), dnsLabel]))
    .min(1)
    .max(64)
    .nullable(),
});
const removeRouting = z.strictObject({ kind: z.literal("remove-routing"), service });

export const intentSchema = z
  .discriminatedUnion("kind", [
    shift,
    match,
    mirror,
    resilience,
    fault,
    destination,
    mtls,
    egress,
    authorization,
    requestAuthentication,
    injection,
    exported,
    removeRouting,
  ])
  .meta({ id: "Intent" });

/** @throws MeshscopeError `bad_intent`: the detail names the first field that doesn't fit, and what would. */
export function parseIntent(value: unknown): Intent {
  const parsed = intentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const at = issue?.path.map(String).join(".") || "intent";
  throw new MeshscopeError("bad_intent", `${at}: ${issue?.message ?? "not an intent"}`);
}
