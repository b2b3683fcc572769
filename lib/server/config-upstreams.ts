/** Upstreams that are asked over HTTP: Prometheus-compatible ones and tracing backends. */
import { z } from "#lib/api/zod.ts";
import { flag, httpUrl, name, text } from "./config-values.ts";

const headers = z.record(
  z.string().regex(/^[A-Za-z0-9-]+$/, { error: "header names of letters, digits and '-'" }),
  text,
);

const tls = z.strictObject({
  caFile: text.exactOptional(),
  certFile: text.exactOptional(),
  keyFile: text.exactOptional(),
  serverName: text.exactOptional(),
  insecureSkipVerify: flag.exactOptional(),
});

/** What every upstream that is asked over HTTP has. */
const upstream = {
  name,
  url: httpUrl,
  clusters: z.array(name).exactOptional(),
  headers: headers.exactOptional(),
  basic: z
    .strictObject({ username: text, password: text.exactOptional(), passwordFile: text.optional() })
    .refine((basic) => (basic.password === undefined) !== (basic.passwordFile === undefined), {
      error: "either password or passwordFile",
    })
    .exactOptional(),
  bearerTokenFile: text.exactOptional(),
  tls: tls.exactOptional(),
};

const ONE_WAY = { error: "either basic or bearerTokenFile" };

const labelName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: "label names" });

export const prometheus = z
  .strictObject({
    ...upstream,
    queryScope: z.record(labelName, text).exactOptional(),
    operationLabel: labelName.exactOptional(),
  })
  .refine((source) => source.basic === undefined || source.bearerTokenFile === undefined, ONE_WAY);

export const tracing = z
  .strictObject({
    ...upstream,
    kind: z.enum(["jaeger", "zipkin", "tempo"], { error: "jaeger, zipkin, tempo" }),
    externalUrl: httpUrl.exactOptional(),
  })
  .refine((source) => source.basic === undefined || source.bearerTokenFile === undefined, ONE_WAY);

/** What `prometheusTarget` and `tracingTarget` both read. */
export type UpstreamConfig = Pick<
  z.output<typeof tracing>,
  "name" | "url" | "headers" | "basic" | "bearerTokenFile" | "tls"
>;
