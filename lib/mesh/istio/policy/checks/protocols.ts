/** Protocols of ports, as Istio's pkg/config/protocol has them. */
import { type JsonObject, textAt } from "../routing/json.ts";

export const HTTP: ReadonlySet<string> = new Set("HTTP HTTP2 HTTP_PROXY GRPC GRPC-WEB".split(" "));
export const TLS: ReadonlySet<string> = new Set("HTTPS TLS".split(" "));
const OTHERS = new Set("TCP UDP MONGO REDIS MYSQL".split(" "));

export const protocolOf = (port: JsonObject): string => (textAt(port, "protocol") ?? "").toUpperCase();

/** (ValidateProtocol) Unsaid, it is found out from what is sent. */
export function isProtocol(port: JsonObject): boolean {
  const protocol = protocolOf(port);
  return protocol === "" || HTTP.has(protocol) || TLS.has(protocol) || OTHERS.has(protocol);
}
