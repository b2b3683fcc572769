/** The form's state, which is the address, and the request that it asks about. Empty is not known. */
import type { SimulationRequest } from "#lib/api/simulation.ts";

/** In the order in which the form shows them. */
export const FIELDS = [
  ...["cluster", "from", "client", "ip", "to", "service", "port", "method", "path", "host", "sni"],
  ...["headers", "jwt", "place", "issuer", "subject", "claims", "auto"],
] as const;

/** null: nothing is asked yet. A text: what is missing, or can't be read. */
export function questionOf(params: URLSearchParams): SimulationRequest | string | null {
  const text = (key: string) => params.get(key)?.trim() ?? "";
  if (text("service") === "" && text("client") === "") return null;
  const pod = text("to") === "pod";
  const service = pod ? placeOf(text("service")) : calledOf(text("service"));
  if (text("cluster") === "") return "Name the cluster.";
  if (service === null && pod) return "Name the workload as namespace/name.";
  if (service === null) return "Name the service as namespace/name, or a ServiceEntry’s host as namespace/name/host.";
  const port = Number(text("port"));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return "Name the service’s port, 1 to 65535.";
  const client = clientOf(text("from"), text("client"), text("ip"));
  if (typeof client === "string") return client;
  const headers = linesOf(params.get("headers") ?? "");
  if (headers === null) return "Write headers one a line, as name: value.";
  const token = tokenOf(params);
  if (typeof token === "string" && token !== "none") return token;
  const some = <Key extends string>(key: Key) =>
    text(key) === "" ? {} : ({ [key]: text(key) } as Record<Key, string>);
  return {
    ...{ cluster: text("cluster"), client, service: pod ? { ...service, pod } : service, port },
    ...{ ...some("method"), ...some("path"), ...some("host") },
    ...(text("sni") === "" ? {} : { sni: text("sni") === "none" ? "" : text("sni") }),
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(token === null ? {} : { token }),
    ...(text("auto") === "" ? {} : { autoMtls: text("auto") === "on" }),
  };
}

/** `shop/reviews`, or of a ServiceEntry `shop/api/api.example.com`. */
function calledOf(text: string): SimulationRequest["service"] | null {
  const [namespace = "", name = "", host, ...more] = text.split("/");
  if (host === undefined || host === "") return placeOf(text);
  return namespace === "" || name === "" || more.length > 0 ? null : { namespace, name, host };
}

function placeOf(text: string): { readonly namespace: string; readonly name: string } | null {
  const [namespace = "", name = "", ...more] = text.split("/");
  return namespace === "" || name === "" || more.length > 0 ? null : { namespace, name };
}

function clientOf(from: string, text: string, ip: string): SimulationRequest["client"] | string {
  if (from === "outside") return { kind: "outside", ...(ip === "" ? {} : { ip }) };
  const place = placeOf(text);
  if (from === "account") {
    return place === null
      ? "Name the client’s service account as namespace/account."
      : { kind: "account", namespace: place.namespace, account: place.name };
  }
  return place === null ? "Name the client’s workload as namespace/name." : { kind: "workload", ...place };
}

/** `name: value` a line. */
function linesOf(text: string): Readonly<Record<string, string>> | null {
  const entries = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => /^([^:]+):(.*)$/.exec(line));
  if (!entries.every((entry) => entry !== null)) return null;
  return Object.fromEntries(entries.map(([, name = "", value = ""]) => [name.trim(), value.trim()]));
}

function tokenOf(params: URLSearchParams): NonNullable<SimulationRequest["token"]> | null | string {
  const jwt = params.get("jwt") ?? "";
  if (jwt === "none") return "none";
  if (jwt !== "valid" && jwt !== "invalid") return null;
  const claims = linesOf(params.get("claims") ?? "");
  if (claims === null) return "Write claims one a line, as name: value.";
  const [issuer, subject] = [params.get("issuer")?.trim() ?? "", params.get("subject")?.trim() ?? ""];
  const place = carriedAt(params.get("place")?.trim() ?? "");
  if (typeof place === "string") return place;
  const all = Object.entries(claims).map(([name, value]) => [name, [value]] as [string, string[]]);
  return {
    valid: jwt === "valid",
    ...(place === null ? {} : { place }),
    ...(issuer === "" ? {} : { issuer }),
    ...(subject === "" ? {} : { subject }),
    ...(all.length === 0 ? {} : { claims: Object.fromEntries(all) }),
  };
}

type Jwt = Exclude<NonNullable<SimulationRequest["token"]>, "none">;

/** `header x-jwt`, `header Authorization: Bearer`, `param token` or `cookie session`; null: not said. */
function carriedAt(text: string): NonNullable<Jwt["place"]> | null | string {
  if (text === "") return null;
  const [, kind, name = "", before = ""] = /^(header|param|cookie) +([^\s:]+)(?: *: *(\S+))?$/.exec(text) ?? [];
  if (kind !== "header" && kind !== "param" && kind !== "cookie")
    return "Write where the JWT is carried as “header x-jwt”, “header Authorization: Bearer”, “param token” or “cookie session”.";
  return { kind, name, ...(before === "" ? {} : { before: `${before} ` }) };
}
