/** Intents about who may call whom. */
import { cluster, dnsLabel, few, header, labelValue, name, plain, port } from "./intent-parts.ts";
import { z } from "./zod.ts";

const values = (max: number) => z.array(plain(max)).min(1).max(256);
/** `namespace`, and Istio's wildcards in it. */
const namespaces = z
  .array(z.string().regex(/^[a-z0-9*]([-a-z0-9*]{0,61}[a-z0-9*])?$/, { error: "a namespace, which may hold *" }))
  .min(1)
  .max(256);
/** As Istio's schema bounds them. */
const serviceAccounts = z
  .array(
    z.string().regex(/^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\/)?[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, {
      error: "a service account, or namespace/account",
    }),
  )
  .min(1)
  .max(16);
const claimName = z.string().regex(/^[^\p{Cc}\s]{1,256}$/u, { error: "a claim's name" });

export const policyTargetSchema = z.discriminatedUnion("level", [
  z.strictObject({ level: z.literal("namespace") }),
  z.strictObject({ level: z.literal("workloads"), labels: few(labelValue) }),
  z.strictObject({
    level: z.literal("targets"),
    refs: z
      .array(z.strictObject({ kind: z.enum(["Service", "ServiceEntry", "Gateway"]), name }))
      .min(1)
      .max(16),
  }),
]);
const rule = z.strictObject({
  principals: values(512).exactOptional(),
  serviceAccounts: serviceAccounts.exactOptional(),
  namespaces: namespaces.exactOptional(),
  ipBlocks: values(64).exactOptional(),
  remoteIpBlocks: values(64).exactOptional(),
  ports: z.array(port).min(1).max(256).exactOptional(),
  methods: values(64).exactOptional(),
  paths: values(1024).exactOptional(),
  claims: few(values(512), claimName).exactOptional(),
});
const onPolicy = { cluster, namespace: dnsLabel, name, target: policyTargetSchema.exactOptional() };

export const authorization = z.strictObject({
  kind: z.literal("authorization"),
  ...onPolicy,
  action: z.enum(["ALLOW", "DENY"]).exactOptional(),
  rule: rule.exactOptional(),
  replaces: rule.exactOptional(),
  remove: z.enum(["rule", "policy"]).exactOptional(),
  dryRun: z.boolean().exactOptional(),
  until: z.iso.datetime({ offset: true }).nullable().exactOptional(),
});

export const requestAuthentication = z.strictObject({
  kind: z.literal("request-authentication"),
  ...onPolicy,
  issuer: plain(1024),
  remove: z.literal(true).exactOptional(),
  jwksUri: z
    .string()
    .max(2048)
    .regex(/^https?:\/\/[^\s\p{Cc}]+$/u, { error: "an address such as https://issuer.example/keys" })
    .nullable()
    .exactOptional(),
  audiences: values(1024).nullable().exactOptional(),
  fromHeaders: z
    .array(z.strictObject({ name: header, prefix: plain(256).exactOptional() }))
    .min(1)
    .max(64)
    .nullable()
    .exactOptional(),
  fromParams: values(256).nullable().exactOptional(),
  forwardOriginalToken: z.boolean().nullable().exactOptional(),
});
