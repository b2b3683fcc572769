/** What a Service says of the protocol of its ports. */
import type { ServicePort } from "#lib/inventory/model.ts";

/** By appProtocol, else by the port's name; undefined: neither says. https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
export function carriesHttp({ appProtocol, name }: ServicePort): boolean | undefined {
  const said = (appProtocol ?? name ?? "").toLowerCase();
  const [word = ""] = said.split("-");
  if (["http", "http2", "grpc"].includes(word) || said === "kubernetes.io/h2c") return true;
  return ["tcp", "https", "tls", "mongo", "mysql", "redis"].includes(word) ? false : undefined;
}
