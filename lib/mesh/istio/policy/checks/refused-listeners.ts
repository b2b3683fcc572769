/** What Istio's webhook refuses of Gateways' servers, and of TLS that workloads end: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing } from "./family.ts";
import { isAddress, isHost, isLabel, isSocket, UNIX } from "./forms.ts";
import { short } from "./odd-draft.ts";
import { HTTP, isProtocol, protocolOf, TLS } from "./protocols.ts";
import { numbered, refused, said } from "./refused-draft.ts";

/** (ValidateGateway, validateServer) */
export function* refusedGateway(gateway: Manifest): Generator<Draft> {
  const { name: own } = gateway.metadata;
  if (!isLabel(own))
    yield refused(
      gateway,
      ["metadata", "name"],
      "A Gateway’s name is one label, without dots and no longer than 63 characters.",
      "Make it anew under such a name.",
    );
  const names = new Set<string>();
  for (const [i, server] of listAt(gateway.spec, "servers").entries()) {
    const path = ["spec", "servers", i];
    const port = objectAt(server, "port");
    if (textsAt(server, "hosts").length === 0)
      yield refused(gateway, [...path, "hosts"], "The server is for no host.", "Add hosts.");
    for (const [j, host] of textsAt(server, "hosts").entries())
      yield* scopedHost(gateway, host, [...path, "hosts", j], "gateway");
    const name = textAt(port, "name") ?? "";
    if (!has(server, "port")) yield refused(gateway, path, "The server has no port.", "Add port.");
    else if (name === "") yield refused(gateway, [...path, "port"], "The port has no name.", "Name it.");
    else if (names.has(name))
      yield refused(
        gateway,
        [...path, "port", "name"],
        `Two servers’ ports are called ${name}.`,
        "Give one another name.",
      );
    names.add(name);
    if (has(server, "port")) yield* serverPort(gateway, server, path);
    yield* serverTls(gateway, server, path);
  }
}

/**
 * (ValidateNamespaceSlashWildcardHostname) A host behind its namespace, which a Gateway may leave out; a Sidecar may exclude one by `~`.
 */
export function* scopedHost(at: Manifest, text: string, path: Segments, of: "gateway" | "sidecar"): Generator<Draft> {
  const slash = text.indexOf("/");
  const [namespace, host] = slash < 0 ? [null, text] : [text.slice(0, slash), text.slice(slash + 1)];
  if (namespace === null && of === "sidecar") {
    yield refused(
      at,
      path,
      "A host is written namespace/name, such as ./* or shop/reviews.shop.svc.cluster.local.",
      "Write its namespace.",
    );
    return;
  }
  const excluded = of === "sidecar" && namespace?.startsWith("~") ? namespace.slice(1) : namespace;
  const whole = of === "sidecar" && namespace === "~";
  if (excluded !== null && !whole && excluded !== "*" && excluded !== "." && !isLabel(excluded))
    yield refused(at, path, `${short(namespace ?? "")} is no namespace.`, "Write one, . or *.");
  else if (host !== "*" && !host.includes("."))
    yield refused(at, path, `${short(host)} is a short name: proxies take whole ones.`, "Write the whole name, or *.");
  else if (!isHost(host) && !(of === "gateway" && isAddress(host)))
    yield refused(at, path, `${short(host)} is no host.`, "Write a name, or *.example.com, say.");
  else if (host.includes("*") && host !== "*" && !host.startsWith("*."))
    yield refused(at, path, "A wildcard stands for the whole first part of a name.", "Write *. and the rest.");
}

/** (validateServerPort, validateServerBind) */
function* serverPort(gateway: Manifest, server: JsonObject, path: Segments): Generator<Draft> {
  const port = objectAt(server, "port");
  const place = [...path, "port"];
  if (protocolOf(port) === "" || !isProtocol(port))
    yield refused(
      gateway,
      [...place, "protocol"],
      "It is no protocol that Istio knows.",
      "Write HTTP, TLS or TCP, say.",
    );
  const bind = textAt(server, "bind") ?? "";
  const unix = bind.startsWith(UNIX);
  const number = numberAt(port, "number") ?? 0;
  if (!unix || number > 0) yield* numbered(gateway, port, "number", place);
  yield* targetPort(gateway, port, place);
  if (!unix) yield* bound(gateway, bind, [...path, "bind"]);
  else if (!isSocket(bind.slice(UNIX.length)))
    yield refused(gateway, [...path, "bind"], "It is no path of a socket.", "Write an absolute path.");
  else if (number !== 0)
    yield refused(
      gateway,
      [...place, "number"],
      "A socket has no port: its number is 0.",
      "Write 0, or take bind away.",
    );
}

/** What a listener binds to, where it is no socket. */
export function* bound(at: Manifest, bind: string, path: Segments): Generator<Draft> {
  if (bind !== "" && !isAddress(bind)) yield refused(at, path, `${short(bind)} is no address.`, "Write one.");
}

/** Of a ServiceEntry's ports alone does it say anything. */
export function* targetPort(at: Manifest, port: JsonObject, path: Segments): Generator<Draft> {
  if ((numberAt(port, "targetPort") ?? 0) <= 0) return;
  const place = [...path, "targetPort"];
  yield refused(at, place, "It says nothing here, and is refused.", {
    text: "Take it away.",
    edits: [removing(place)],
  });
}

const CERTIFICATES = "serverCertificate privateKey caCertificates credentialName".split(" ");
const CERTIFICATE_LISTS = ["tlsCertificates", "credentialNames"];

function* serverTls(gateway: Manifest, server: JsonObject, path: Segments): Generator<Draft> {
  const protocol = protocolOf(objectAt(server, "port"));
  const tls = objectAt(server, "tls");
  const place = [...path, "tls"];
  const mode = textAt(tls, "mode") ?? "PASSTHROUGH";
  if (!has(server, "tls")) {
    if (TLS.has(protocol))
      yield refused(gateway, path, `A server of protocol ${protocol} says how TLS is done.`, "Add tls.");
    return;
  }
  if (!TLS.has(protocol)) {
    // A redirect is of plaintext, and says no more than that.
    const passes = mode === "PASSTHROUGH" || mode === "AUTO_PASSTHROUGH";
    if (HTTP.has(protocol) && passes && said(tls, CERTIFICATES.slice(0, 3)).length === 0) return;
    yield refused(gateway, place, `Protocol ${protocol} is without TLS.`, "Take HTTPS or TLS, or take tls away.");
    return;
  }
  yield* tlsOptions(gateway, tls, place);
}

/** (validateTLSOptions) */
export function* tlsOptions(at: Manifest, tls: JsonObject, place: Segments): Generator<Draft> {
  const text = (key: string) => textAt(tls, key) ?? "";
  const mode = text("mode") || "PASSTHROUGH";
  const own = [
    ...CERTIFICATES.filter((key) => text(key) !== ""),
    ...CERTIFICATE_LISTS.filter((key) => Array.isArray(tls[key]) && tls[key].length > 0),
  ];
  if (mode === "ISTIO_MUTUAL") {
    if (own[0] !== undefined)
      yield refused(at, [...place, own[0]], "With ISTIO_MUTUAL certificates are Istio’s own.", {
        text: `Take ${own.join(", ")} away.`,
        edits: own.map((key) => removing([...place, key])),
      });
    return;
  }
  const sources = own.filter(
    (key) =>
      key !== "caCertificates" && key !== "privateKey" && (key !== "serverCertificate" || text("privateKey") !== ""),
  );
  if (sources.length > 1)
    yield refused(
      at,
      [...place, sources[1] ?? ""],
      `Certificates come from one of ${sources.join(", ")}.`,
      "Keep one.",
    );
  const ends = ["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"].includes(mode);
  if (ends && (text("credentialName") !== "" || textsAt(tls, "credentialNames").length > 0)) return;
  if (ends) {
    const files = listAt(tls, "tlsCertificates");
    const whole = (files.length > 0 ? files : [tls]).every(
      (each) => (textAt(each, "serverCertificate") ?? "") !== "" && (textAt(each, "privateKey") ?? "") !== "",
    );
    if (!whole) yield refused(at, place, `With ${mode} the server needs a certificate.`, "Add credentialName.");
    if (mode !== "SIMPLE" && text("caCertificates") === "")
      yield refused(at, place, `With ${mode} it needs what clients are verified by.`, "Add caCertificates.");
  }
  if (text("caCrl") === "") return;
  const why =
    mode === "SIMPLE" ? "With SIMPLE no client shows a certificate" : "With credentialName it is in the credential";
  if (mode === "SIMPLE" || text("credentialName") !== "")
    yield refused(at, [...place, "caCrl"], `${why}: a list of revoked ones isn’t said here.`, "Take it away.");
}
