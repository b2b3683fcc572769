/**
 * What a gateway or a waypoint sent on, by its access log: to which Service and pod, and the request as its filters had it. Callers write
 * parts of a line themselves, as in every log of a proxy.
 *
 * Into a waypoint calls come through a tunnel (HBONE). Behind its end Istio puts back the addresses that the tunnel was asked for and
 * came from, so that the line has the Service's own address and the caller's pod; older ones had `envoy://internal_client_address/` there,
 * which names nobody. (ConnectAuthorityFilter in pilot/pkg/xds/filters/filters.go, buildWaypointInternal in
 * pilot/pkg/networking/core/listener_waypoint.go) Clusters are `inbound-vip|PORT|http/SUBSET|HOST`, at gateways `outbound|PORT|SUBSET|HOST`;
 * since 1.25 with a semicolon behind, where a line has the name that statistics have.
 */

import type { LoggedRequest } from "../access-log.ts";
import { addressOf, isBytes, portOf, readBy, requestOf, UNREADABLE, type Values } from "../access-log.ts";
import type { Extras } from "./extras.ts";
import { type AccessFormat, DEFAULTS } from "./formats.ts";

interface Place {
  readonly address: string;
  readonly port: number;
}

export interface PassedCall {
  /** The Service whose cluster it took. */
  readonly host: string;
  /** The pod that it was sent to; null: none (the proxy answered itself), or it isn't told. */
  readonly to: Place | null;
  /** What the connection asked for: of a waypoint the Service's own address. null: not told. */
  readonly asked: Place | null;
  /** Where it came in: of the gateway's pod, of a waypoint the Service's. null: not told. */
  readonly port: number | null;
  /** Whom the connection comes from; null: not told. */
  readonly direct: string | null;
  /** Who called as far as the proxy trusts headers (X-Forwarded-For); null: not told. */
  readonly remote: string | null;
  /** `remote` may be what a header says. */
  readonly claimed: boolean;
  /** null: a connection, or words of the caller that can't be told apart. */
  readonly request: LoggedRequest | null;
  /** It read no request of it; null: not told. */
  readonly bytes: boolean | null;
  /** Where its form holds them. */
  readonly headers: Extras["headers"];
  /** As Extras have it. */
  readonly rewritten?: true;
}

export type PassedLine =
  | { readonly kind: "passed"; readonly call: PassedCall }
  /** Of an access log, and of no call that went to a Service. */
  | { readonly kind: "other" }
  | { readonly kind: "unreadable" };

/** As readAccessLine. A form need not tell who called, or by which server name. */
export const readPassedLine = (text: string, formats: readonly AccessFormat[] = DEFAULTS): PassedLine | null =>
  readBy(text, formats, lineOf, withExtras);

const withExtras = (line: PassedLine, { identity: _, ...extras }: Extras): PassedLine =>
  line.kind === "passed" ? { ...line, call: { ...line.call, ...extras } } : line;

const OTHER: PassedLine = { kind: "other" };
const CLUSTER = /^(?:outbound|inbound-vip)\|\d{1,5}\|[^|\s"]{0,300}\|([A-Za-z0-9.-]{1,253});?$/;

function lineOf({ at, has, ambiguous }: Values): PassedLine {
  const cluster = at("cluster");
  if (cluster === null) return UNREADABLE;
  const host = CLUSTER.exec(cluster)?.[1];
  if (host === undefined) return OTHER;
  const places = ["remote", "direct", "local", "upstream"] as const;
  if (ambiguous("forwarded") || places.some((each) => ambiguous(each) || isNoPlace(at(each)))) return UNREADABLE;
  const remote = addressOf(at("remote") ?? "");
  return {
    kind: "passed",
    call: {
      ...{ host: host.toLowerCase(), to: placeOf(at("upstream")), asked: placeOf(at("local")) },
      ...{ port: portOf(at("local")), direct: addressOf(at("direct") ?? ""), remote },
      claimed: !has("forwarded") || at("forwarded") !== "-",
      ...{ request: requestOf(at), bytes: isBytes(at) },
      headers: {},
    },
  };
}

/** What no proxy writes there: then the line isn't what it looks like. */
const isNoPlace = (text: string | null): boolean =>
  text !== null && text !== "-" && !text.startsWith("envoy://") && addressOf(text) === null;

/** `10.0.0.5:8080`, or by a tunnel `envoy://connect_originate/10.0.0.5:8080`. */
function placeOf(text: string | null): Place | null {
  const plain = text?.replace(/^envoy:\/\/connect_originate\//, "") ?? null;
  const [address, port] = [addressOf(plain ?? ""), portOf(plain)];
  return address === null || port === null ? null : { address, port };
}
