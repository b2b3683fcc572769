/** What Istio's webhook refuses of Sidecars (ValidateSidecar and what it calls in Istio's pkg/config/validation). */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, specOf, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { isLabel, isName, isSocket, UNIX } from "./forms.ts";
import { isProtocol, protocolOf, TLS } from "./protocols.ts";
import { numbered, refused, said } from "./refused-draft.ts";
import { bound, scopedHost, targetPort, tlsOptions } from "./refused-listeners.ts";
import { destination } from "./refused-routes.ts";
import { pool } from "./refused-traffic.ts";

export function* refusedSidecar(sidecar: Manifest): Generator<Draft> {
  const spec = specOf(sidecar);
  const [egress, ingress] = [listAt(spec, "egress"), listAt(spec, "ingress")];
  if (egress.length + ingress.length + said(spec, ["outboundTrafficPolicy", "inboundConnectionPool"]).length === 0)
    yield refused(sidecar, ["spec"], "It says nothing.", "Add egress, ingress or outboundTrafficPolicy.");
  if (has(spec, "inboundConnectionPool")) {
    const alone = egress.length + ingress.length === 0 && !has(spec, "outboundTrafficPolicy");
    const drafts = pool(sidecar, objectAt(spec, "inboundConnectionPool"), ["spec", "inboundConnectionPool"]);
    // Without its only field the Sidecar would say nothing, which is refused too.
    for (const draft of drafts) yield alone ? { ...draft, fix: "Say what the pool is to limit." } : draft;
  }
  yield* outbound(sidecar, objectAt(spec, "outboundTrafficPolicy"), ["spec", "outboundTrafficPolicy"]);
  const numbers = new Set<number>();
  for (const [i, listener] of ingress.entries()) yield* inbound(sidecar, listener, ["spec", "ingress", i], numbers);
  const taken = new Set<number | string>();
  for (const [i, listener] of egress.entries()) {
    const path = ["spec", "egress", i];
    const hosts = textsAt(listener, "hosts");
    if (hosts.length === 0) yield refused(sidecar, [...path, "hosts"], "The listener is for no host.", "Add hosts.");
    for (const [j, host] of hosts.entries()) yield* scopedHost(sidecar, host, [...path, "hosts", j], "sidecar");
    if (has(listener, "port")) yield* egressPort(sidecar, listener, path, taken);
    else if (i < egress.length - 1)
      yield refused(
        sidecar,
        path,
        "A listener without a port takes what the others leave, and is the last and only one such.",
        "Give it a port, or move it to the end.",
      );
  }
}

/** What the ports of both directions share. */
function* port(sidecar: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  yield* targetPort(sidecar, value, path);
  const name = textAt(value, "name") ?? "";
  if (name !== "" && !isLabel(name))
    yield refused(sidecar, [...path, "name"], "A port’s name is letters, digits and hyphens.", "Name it so.");
  if (!isProtocol(value))
    yield refused(
      sidecar,
      [...path, "protocol"],
      "It is no protocol that Istio knows.",
      "Write HTTP, TLS or TCP, say.",
    );
}

/** (validateSidecarEgressPortBindAndCaptureMode) */
function* egressPort(
  sidecar: Manifest,
  listener: JsonObject,
  path: Segments,
  taken: Set<number | string>,
): Generator<Draft> {
  const value = objectAt(listener, "port");
  const place = [...path, "port"];
  yield* port(sidecar, value, place);
  const number = numberAt(value, "number") ?? 0;
  const bind = textAt(listener, "bind") ?? "";
  if (taken.has(number === 0 ? bind : number))
    yield refused(sidecar, [...place, "number"], "Two listeners take the same port or socket.", "Keep one.");
  taken.add(number === 0 ? bind : number);
  if (number !== 0) {
    yield* numbered(sidecar, value, "number", place);
    yield* bound(sidecar, bind, [...path, "bind"]);
    return;
  }
  if (!bind.startsWith(UNIX) || !isSocket(bind.slice(UNIX.length)))
    yield refused(
      sidecar,
      place,
      "Without a number a listener binds to a socket.",
      "Add number, or bind: unix:///path.",
    );
  if (!["", "DEFAULT", "NONE"].includes(textAt(listener, "captureMode") ?? ""))
    yield refused(sidecar, [...path, "captureMode"], "What goes to a socket isn’t captured.", "Take NONE.");
}

/** Of requests to the workload, what a Gateway’s server may say and a Sidecar’s listener mayn’t. */
const NOT_HERE = ["subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates"];
const LOCAL = new Set(["", "127.0.0.1", "0.0.0.0", "[::1]", "[::]"]);

/** (validateSidecarIngressPortAndBind) */
function* inbound(sidecar: Manifest, listener: JsonObject, path: Segments, numbers: Set<number>): Generator<Draft> {
  if (!has(listener, "port")) {
    yield refused(sidecar, path, "The listener has no port.", "Add port.");
    return;
  }
  const value = objectAt(listener, "port");
  yield* port(sidecar, value, [...path, "port"]);
  yield* numbered(sidecar, value, "number", [...path, "port"]);
  yield* bound(sidecar, textAt(listener, "bind") ?? "", [...path, "bind"]);
  const number = numberAt(value, "number") ?? 0;
  if (numbers.has(number))
    yield refused(sidecar, [...path, "port", "number"], `Two listeners take port ${number}.`, "Keep one.");
  numbers.add(number);
  const endpoint = textAt(listener, "defaultEndpoint") ?? "";
  if (endpoint !== "" && !isEndpoint(endpoint))
    yield refused(
      sidecar,
      [...path, "defaultEndpoint"],
      "The workload is reached at 127.0.0.1:PORT, 0.0.0.0:PORT, [::1]:PORT, [::]:PORT or unix:///path.",
      "Write one of these.",
    );
  if (has(listener, "connectionPool"))
    yield* pool(sidecar, objectAt(listener, "connectionPool"), [...path, "connectionPool"]);
  if (!has(listener, "tls")) return;
  const tls = objectAt(listener, "tls");
  const place = [...path, "tls"];
  const extra = NOT_HERE.filter((key) => isSaid(tls[key]));
  if (extra[0] !== undefined)
    yield refused(
      sidecar,
      [...place, extra[0]],
      `A workload’s listener takes no ${extra[0]}: certificates are files.`,
      extra.join() === "httpsRedirect"
        ? { text: "Take it away.", edits: [removing([...place, "httpsRedirect"])] }
        : "Take it away.",
    );
  const mode = textAt(tls, "mode") ?? "";
  if (mode === "ISTIO_MUTUAL" || mode === "AUTO_PASSTHROUGH")
    yield refused(sidecar, [...place, "mode"], `${mode} is for gateways.`, "Take SIMPLE or MUTUAL.");
  if (!TLS.has(protocolOf(value)))
    yield refused(
      sidecar,
      place,
      `Protocol ${protocolOf(value) || "of this port"} is without TLS.`,
      "Take HTTPS or TLS, or take tls away.",
    );
  yield* tlsOptions(sidecar, tls, place);
}

/** Neither false nor empty. */
const isSaid = (value: unknown): boolean =>
  value === true || ((typeof value === "string" || Array.isArray(value)) && value.length > 0);

function isEndpoint(text: string): boolean {
  if (text.startsWith(UNIX)) return isSocket(text.slice(UNIX.length));
  const colon = text.lastIndexOf(":");
  const number = text.slice(colon + 1);
  return colon >= 0 && LOCAL.has(text.slice(0, colon)) && /^\d{1,5}$/.test(number) && +number > 0 && +number < 65_536;
}

/** (validateSidecarOutboundTrafficPolicy) */
function* outbound(sidecar: Manifest, policy: JsonObject, path: Segments): Generator<Draft> {
  if (!has(policy, "egressProxy")) return;
  const place = [...path, "egressProxy"];
  const proxy = objectAt(policy, "egressProxy");
  if (textAt(policy, "mode") !== "ALLOW_ANY") {
    yield refused(sidecar, place, "Only with ALLOW_ANY is there an egress proxy.", "Say ALLOW_ANY, or take it away.");
    return;
  }
  const host = textAt(proxy, "host") ?? "";
  if (host !== "" && !isName(host)) yield refused(sidecar, [...place, "host"], "It is no host’s name.", "Write one.");
  else if (!has(proxy, "port")) yield refused(sidecar, place, "The egress proxy has no port.", "Add port.number.");
  else yield* destination(sidecar, proxy, place);
}
