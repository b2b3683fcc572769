/** From the configuration's words to a Prometheus target, secrets read. */
import type { PrometheusTarget } from "#lib/prometheus/client.ts";
import type { PrometheusConfig } from "./config.ts";
import { readSetting, rotatedToken } from "./secrets.ts";

/** @throws MeshscopeError `bad_config` for a file that can't be read */
export async function prometheusTarget(
  config: PrometheusConfig,
  index: number,
  maxBytes: number,
): Promise<PrometheusTarget> {
  const at = `prometheus[${index}]`;
  const { name, url, headers, basic, bearerTokenFile, tls, queryScope } = config;
  const file = async (setting: string, path: string | undefined) =>
    path === undefined ? undefined : await readSetting(`${at}.${setting}`, path);
  const password = basic?.password ?? (await file("basic.passwordFile", basic?.passwordFile));
  const [ca, cert, key] = await Promise.all([
    file("tls.caFile", tls?.caFile),
    file("tls.certFile", tls?.certFile),
    file("tls.keyFile", tls?.keyFile),
  ]);
  return {
    ...{ name, url, maxBytes },
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
    ...(queryScope ? { queryScope } : {}),
  };
}
