/**
 * What Istio's webhook takes with a warning in VirtualServices, DestinationRules and TLS of Gateways and Sidecars: the
 * functions named here are of Istio's pkg/config/validation.
 */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, namespaceOf, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing, setting } from "./family.ts";
import { repeated } from "./forms.ts";
import { odd, short, without, withoutWhole } from "./odd-draft.ts";
import { trafficPolicies } from "./traffic-policies.ts";

/** No server name has this form: four numbers, or colons. */
const ADDRESS = /^\d{1,3}(\.\d{1,3}){3}$|:/;
const KB = 1024;
/** Above it a direct response weighs on istiod; above ten times that it is refused. (validateHTTPDirectResponse) */
const LARGE = 100 * KB;

export function* oddVirtualService(vs: Manifest): Generator<Draft> {
  for (const [i, rule] of listAt(vs.spec, "http").entries()) {
    const path = ["spec", "http", i];
    const abort = objectAt(objectAt(rule, "fault"), "abort");
    const says = ["httpStatus", "grpcStatus", "http2Error"].some((key) => has(abort, key));
    if (has(objectAt(rule, "fault"), "abort") && !says) {
      const place = [...path, "fault", "abort"];
      yield odd(vs, place, "The abort says no status, so no call is aborted.", withoutWhole(vs, place));
    }
    const body = objectAt(objectAt(rule, "directResponse"), "body");
    const size = Math.max((textAt(body, "string") ?? "").length, ((textAt(body, "bytes") ?? "").length * 3) / 4);
    if (size > LARGE) {
      yield odd(
        vs,
        [...path, "directResponse", "body"],
        `The body has ${Math.round(size / KB)} KB, which every proxy that takes this rule is sent.`,
        "Serve it from a workload.",
      );
    }
  }
  for (const protocol of ["tls", "tcp"]) {
    for (const [i, rule] of listAt(vs.spec, protocol).entries()) {
      for (const [j, match] of listAt(rule, "match").entries()) {
        for (const [k, host] of textsAt(match, "sniHosts").entries()) {
          if (!ADDRESS.test(host)) continue;
          yield odd(
            vs,
            ["spec", protocol, i, "match", j, "sniHosts", k],
            `${short(host)} is an address: clients send names alone as SNI, so it matches nothing.`,
            "Write a name, or match by destinationSubnets.",
          );
        }
      }
    }
  }
}

/** Endpoints fail over when outlier detection says that they are gone. (ValidateLocalityLbSetting, ValidateZoneAwareLbSetting) */
export function* oddDestinationRule(rule: Manifest): Generator<Draft> {
  const everywhere = has(objectAt(rule.spec, "trafficPolicy"), "outlierDetection");
  for (const { path, policy } of trafficPolicies(rule)) {
    // A subset takes over what its host's policy says; ports take over nothing.
    if (has(policy, "outlierDetection") || (everywhere && path[1] === "subsets" && path.at(-1) === "trafficPolicy"))
      continue;
    const balancer = objectAt(policy, "loadBalancer");
    for (const kind of ["localityLbSetting", "zoneAwareLbSetting"]) {
      const own = objectAt(balancer, kind);
      const fails = ["failover", "failoverPriority"].find((key) => Array.isArray(own[key]) && own[key].length > 0);
      if (fails === undefined) continue;
      yield odd(
        rule,
        [...path, "loadBalancer", kind, fails],
        "Without outlierDetection no endpoint is ever taken for gone, so nothing fails over.",
        "Add outlierDetection, with limits that suit the host.",
      );
    }
  }
}

const HTTP = new Set("HTTP HTTP2 HTTP_PROXY GRPC GRPC-WEB".split(" "));
const isHttp = (port: JsonObject): boolean => HTTP.has((textAt(port, "protocol") ?? "").toUpperCase());

export function* oddGateway(gateway: Manifest): Generator<Draft> {
  for (const [i, server] of listAt(gateway.spec, "servers").entries()) {
    const tls = objectAt(server, "tls");
    const path = ["spec", "servers", i, "tls"];
    if (tls["httpsRedirect"] === true && !isHttp(objectAt(server, "port"))) {
      yield odd(
        gateway,
        [...path, "httpsRedirect"],
        "Only plaintext HTTP is redirected to HTTPS; this port’s protocol isn’t HTTP.",
        without([...path, "httpsRedirect"]),
      );
    }
    yield* serverTls(gateway, tls, path);
  }
}

export function* oddSidecarListeners(sidecar: Manifest): Generator<Draft> {
  for (const [i, listener] of listAt(sidecar.spec, "ingress").entries()) {
    const path = ["spec", "ingress", i];
    yield* serverTls(sidecar, objectAt(listener, "tls"), [...path, "tls"]);
    if (!has(objectAt(listener, "connectionPool"), "http") || isHttp(objectAt(listener, "port"))) continue;
    const place = [...path, "connectionPool", "http"];
    yield odd(
      sidecar,
      place,
      "The port’s protocol isn’t HTTP: only the pool’s tcp settings count.",
      withoutWhole(sidecar, place),
    );
  }
  for (const [i, listener] of listAt(sidecar.spec, "egress").entries()) yield* egressHosts(sidecar, listener, i);
}

/** Hosts of one listener that others of it take in already. (ValidateSidecar) */
function* egressHosts(sidecar: Manifest, listener: JsonObject, index: number): Generator<Draft> {
  const hosts = textsAt(listener, "hosts").map((each) => each.replace(/^\.\//, `${namespaceOf(sidecar)}/`));
  const all = new Set(hosts);
  for (const [j, host] of hosts.entries()) {
    const namespace = host.slice(0, Math.max(host.indexOf("/"), 0));
    if (namespace === "" || namespace === "~") continue;
    const wider = ["*/*", `${namespace}/*`].find((each) => each !== host && all.has(each));
    if (wider === undefined && hosts.indexOf(host) === j) continue;
    const place = ["spec", "egress", index, "hosts", j];
    yield odd(
      sidecar,
      place,
      wider === undefined ? `${short(host)} is listed twice.` : `${wider} takes ${short(host)} in already.`,
      without(place),
    );
  }
}

/** security.ValidCipherSuites in Istio's pkg/config/security: others are left out of what proxies are sent. */
const CIPHERS: ReadonlySet<string> = new Set([
  ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ...["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305"],
  ...["ECDHE-ECDSA-AES128-SHA", "ECDHE-RSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA", "ECDHE-RSA-AES256-SHA"],
  ...["AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA", "AES256-SHA", "DES-CBC3-SHA", "ALL", ""],
]);
const CERTIFICATES = "caCrl serverCertificate privateKey caCertificates credentialName".split(" ");
const CERTIFICATE_LISTS = ["tlsCertificates", "credentialNames"];
/** A proxy takes one of RSA and one of ECDSA. */
const MOST_CERTIFICATES = 2;

/** (validateTLSOptions) */
function* serverTls(at: Manifest, tls: JsonObject, path: Segments): Generator<Draft> {
  const oldest = textAt(tls, "minProtocolVersion") ?? "";
  const suites = textsAt(tls, "cipherSuites");
  if (["TLSV1_0", "TLSV1_1"].includes(oldest) && suites.length === 0) {
    yield odd(
      at,
      [...path, "minProtocolVersion"],
      `The proxy’s own cipher suites are of TLS 1.2 and newer: without cipherSuites nobody gets a connection by ${oldest}.`,
      { text: "Begin with TLS 1.2.", edits: [setting([...path, "minProtocolVersion"], "TLSV1_2")] },
    );
  }
  // What begins with a sign is an expression, which isn't read.
  const unknown = suites.findIndex((each) => /^[\p{L}\p{N}]/u.test(each) && !CIPHERS.has(each));
  const twice = repeated(suites);
  for (const [index, what] of [
    [unknown, "is no cipher suite that Istio takes, and is left out"],
    [twice, "is listed twice"],
  ] as const) {
    if (index < 0) continue;
    const place = [...path, "cipherSuites", index];
    // An empty list is as good as none.
    const gone = suites.length > 1 ? place : [...path, "cipherSuites"];
    yield odd(at, place, `${short(suites[index] ?? "")} ${what}.`, without(gone));
  }
  const mode = textAt(tls, "mode") ?? "";
  const own = [
    ...CERTIFICATES.filter((key) => (textAt(tls, key) ?? "") !== ""),
    ...CERTIFICATE_LISTS.filter((key) => Array.isArray(tls[key]) && tls[key].length > 0),
  ];
  if (["PASSTHROUGH", "AUTO_PASSTHROUGH"].includes(mode) && own[0] !== undefined) {
    yield odd(
      at,
      [...path, own[0]],
      `With ${mode} the workload answers TLS, and certificates here count for nothing.`,
      { text: `Take ${own.join(", ")} away.`, edits: own.map((key) => removing([...path, key])) },
    );
  }
  if (["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"].includes(mode)) {
    if (listAt(tls, "tlsCertificates").length > MOST_CERTIFICATES) {
      const place = [...path, "tlsCertificates", MOST_CERTIFICATES];
      yield odd(
        at,
        place,
        `A server has up to ${MOST_CERTIFICATES} certificates; this one isn’t used.`,
        without(place),
      );
    }
  }
}
