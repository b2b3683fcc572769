/** From the configuration's words to targets of clients, secrets read. */
import type { PrometheusTarget } from "#lib/prometheus/client.ts";
import type { TracingTarget } from "#lib/tracing/client/asker.ts";
import type { UpstreamTarget } from "#lib/upstream/endpoint.ts";
import type { PrometheusConfig, TracingConfig } from "./config.ts";
import type { UpstreamConfig } from "./config-upstreams.ts";
import { readSetting, rotatedToken } from "./secrets.ts";

/** @throws MeshscopeError `bad_config` for a file that can't be read */
export async function prometheusTarget(
  config: PrometheusConfig,
  index: number,
  maxBytes: number,
): Promise<PrometheusTarget> {
  const { queryScope } = config;
  const target = await upstreamTarget(config, `prometheus[${index}]`);
  return { ...target, maxBytes, ...(queryScope ? { queryScope } : {}) };
}

/** @throws MeshscopeError `bad_config` for a file that can't be read */
export async function tracingTarget(config: TracingConfig, index: number, maxBytes: number): Promise<TracingTarget> {
  return { ...(await upstreamTarget(config, `tracing[${index}]`)), maxBytes };
}

async function upstreamTarget(config: UpstreamConfig, at: string): Promise<UpstreamTarget> {
  const { name, url, headers, basic, bearerTokenFile, tls } = config;
  const file = async (setting: string, path: string | undefined) =>
    path === undefined ? undefined : await readSetting(`${at}.${setting}`, path);
  const password = basic?.password ?? (await file("basic.passwordFile", basic?.passwordFile));
  const [ca, cert, key] = await Promise.all([
    file("tls.caFile", tls?.caFile),
    file("tls.certFile", tls?.certFile),
    file("tls.keyFile", tls?.keyFile),
  ]);
  return {
    ...{ name, url },
    ...(headers ? { headers } : {}),
    ...(basic && password !== undefined ? { basic: { username: basic.username, password } } : {}),
    ...(bearerTokenFile ? { bearerToken: rotatedToken(`${at}.bearerTokenFile`, bearerTokenFile) } : {}),
    ...(tls
      ? {
          tls: {
            ...(ca === undefined ? {} : { ca }),
            ...(cert === undefined ? {} : { cert }),
            ...(key === undefined ? {} : { key }),
            ...(tls.serverName === undefined ? {} : { serverName: tls.serverName }),
            ...(tls.insecureSkipVerify === undefined ? {} : { insecureSkipVerify: tls.insecureSkipVerify }),
          },
        }
      : {}),
  };
}
