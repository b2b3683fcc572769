/** What Istio's webhook refuses of DestinationRules, ServiceEntries and Gateways: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, numberAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { type Draft, removing, setting } from "./family.ts";
import { beyond, goes, PORTS, refused, said } from "./refused-draft.ts";
import { trafficPolicies } from "./traffic-policies.ts";

/** (IsDNS1123Label in Istio's pkg/config/labels, which takes capitals) */
const LABEL = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

/** (ValidateDestinationRule) */
export function* refusedDestinationRule(rule: Manifest): Generator<Draft> {
  const names: string[] = [];
  for (const [i, subset] of listAt(rule.spec, "subsets").entries()) {
    const name = textAt(subset, "name") ?? "";
    const path = ["spec", "subsets", i, "name"];
    if (!LABEL.test(name)) {
      yield refused(rule, path, "A subset’s name is letters, digits and hyphens.", "Name it so.");
    } else if (names.includes(name)) {
      yield refused(rule, path, `There are two subsets ${name}.`, "Give one of them another name.");
    }
    names.push(name);
  }
  for (const { path, policy } of trafficPolicies(rule)) yield* trafficPolicy(rule, policy, path);
}

const OF_PORT = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
const PERCENT = [0, 100] as const;

function* trafficPolicy(rule: Manifest, policy: JsonObject, path: Segments): Generator<Draft> {
  if (path.at(-2) === "portLevelSettings") {
    if (!has(policy, "port")) yield refused(rule, path, "It says of no port that it is for it.", "Add port.number.");
    if (said(policy, OF_PORT).length === 0) yield refused(rule, path, "It says nothing of the port.", goes(rule, path));
  }
  const outlier = objectAt(policy, "outlierDetection");
  const local = numberAt(outlier, "consecutiveLocalOriginFailures") ?? 0;
  if (local > 0 && outlier["splitExternalLocalOriginErrors"] !== true) {
    const place = [...path, "outlierDetection", "splitExternalLocalOriginErrors"];
    yield refused(
      rule,
      [...path, "outlierDetection", "consecutiveLocalOriginFailures"],
      "Failures to connect are counted apart only where splitExternalLocalOriginErrors is true.",
      { text: "Set it.", edits: [setting(place, true)] },
    );
  }
  for (const key of ["maxEjectionPercent", "minHealthPercent"]) {
    const value = beyond(outlier, key, PERCENT);
    if (value !== null)
      yield refused(
        rule,
        [...path, "outlierDetection", key],
        `A percentage is from 0 to 100, not ${value}.`,
        "Write one.",
      );
  }
  const pool = objectAt(policy, "connectionPool");
  if (has(policy, "connectionPool") && said(pool, ["http", "tcp"]).length === 0) {
    const place = [...path, "connectionPool"];
    yield refused(rule, place, "The pool says nothing.", goes(rule, place));
  }
  yield* balancer(rule, objectAt(policy, "loadBalancer"), [...path, "loadBalancer"]);
}

/** (validateLoadBalancer, ValidateLocalityLbSetting) */
function* balancer(rule: Manifest, lb: JsonObject, path: Segments): Generator<Draft> {
  const cookie = objectAt(objectAt(lb, "consistentHash"), "httpCookie");
  if (has(objectAt(lb, "consistentHash"), "httpCookie") && (textAt(cookie, "name") ?? "") === "")
    yield refused(rule, [...path, "consistentHash", "httpCookie"], "The cookie has no name.", "Name it.");
  if (said(lb, ["localityLbSetting", "zoneAwareLbSetting"]).length > 1)
    yield refused(rule, path, "Only one of localityLbSetting and zoneAwareLbSetting can be said.", "Keep one.");
  const warmup = objectAt(lb, "warmup");
  if (has(lb, "warmup") && !has(warmup, "duration"))
    yield refused(rule, [...path, "warmup"], "How long a new endpoint warms up isn’t said.", "Add duration.");
  for (const [i, each] of listAt(objectAt(lb, "localityLbSetting"), "distribute").entries()) {
    const sum = Object.values(objectAt(each, "to")).reduce<number>((all, one) => all + (Number(one) || 0), 0);
    if (sum === 100) continue;
    const place = [...path, "localityLbSetting", "distribute", i, "to"];
    yield refused(rule, place, `The weights of localities sum to ${sum}, and have to sum to 100.`, "Correct them.");
  }
}

/** IsHTTP and IsTLS of Istio's pkg/config/protocol. */
const HTTP = new Set("HTTP HTTP2 HTTP_PROXY GRPC GRPC-WEB".split(" "));
const TLS = new Set("HTTPS TLS".split(" "));
const protocolOf = (port: JsonObject): string => (textAt(port, "protocol") ?? "").toUpperCase();

/** (ValidateServiceEntry) */
export function* refusedServiceEntry(entry: Manifest): Generator<Draft> {
  const { spec = {} } = entry;
  const hosts = textsAt(spec, "hosts");
  const resolution = textAt(spec, "resolution") || "NONE";
  const endpoints = listAt(spec, "endpoints");
  const ports = listAt(spec, "ports");
  if (has(spec, "workloadSelector") && endpoints.length > 0)
    yield refused(entry, ["spec", "endpoints"], "Only one of workloadSelector and endpoints can be said.", "Keep one.");
  const all = hosts.indexOf("*");
  if (all >= 0)
    yield refused(entry, ["spec", "hosts", all], "* is no host that an entry can be for.", "Write a domain.");
  const range = textsAt(spec, "addresses").findIndex((each) => each.includes("/"));
  if (range >= 0 && resolution !== "NONE" && resolution !== "STATIC")
    yield refused(
      entry,
      ["spec", "addresses", range],
      `With resolution ${resolution} an address is one, no range.`,
      "Write one.",
    );
  if (resolution === "NONE" && endpoints.length > 0)
    yield refused(
      entry,
      ["spec", "endpoints"],
      "With resolution NONE calls go where the client says, and there are no endpoints.",
      "Take STATIC for addresses or DNS for names, or take endpoints away.",
    );
  if (resolution === "DNS_ROUND_ROBIN" && endpoints.length > 1)
    yield refused(
      entry,
      ["spec", "endpoints"],
      "With resolution DNS_ROUND_ROBIN there is one endpoint at most.",
      "Take DNS.",
    );
  const plain = ports.findIndex((port) => !HTTP.has(protocolOf(port)) && !TLS.has(protocolOf(port)));
  if (resolution !== "NONE" && hosts.length > 1 && plain >= 0)
    yield refused(
      entry,
      ["spec", "hosts"],
      `${hosts.length} hosts can’t be told apart on port ${numberAt(ports[plain], "number")}, whose protocol carries no name.`,
      "Make an entry for each host.",
    );
  for (const key of ["name", "number"]) {
    const values = ports.map((port) => port[key]);
    const twice = values.findIndex((each, at) => each !== undefined && at !== values.indexOf(each));
    if (twice < 0) continue;
    yield refused(entry, ["spec", "ports", twice, key], `Two ports have the ${key} ${values[twice]}.`, "Change one.");
  }
  for (const [i, port] of ports.entries()) {
    const number = beyond(port, "number", PORTS);
    if (number !== null) yield refused(entry, ["spec", "ports", i, "number"], `${number} is no port.`, "Write one.");
  }
}

const CERTIFICATES = "serverCertificate privateKey caCertificates credentialName".split(" ");
const CERTIFICATE_LISTS = ["tlsCertificates", "credentialNames"];

/** (ValidateGateway, validateServer) */
export function* refusedGateway(gateway: Manifest): Generator<Draft> {
  const names: string[] = [];
  for (const [i, server] of listAt(gateway.spec, "servers").entries()) {
    const path = ["spec", "servers", i];
    const port = objectAt(server, "port");
    if (textsAt(server, "hosts").length === 0)
      yield refused(gateway, [...path, "hosts"], "The server is for no host.", "Add hosts.");
    const name = textAt(port, "name") ?? "";
    if (name === "") yield refused(gateway, [...path, "port"], "The port has no name.", "Name it.");
    else if (names.includes(name))
      yield refused(
        gateway,
        [...path, "port", "name"],
        `Two servers’ ports are called ${name}.`,
        "Give one another name.",
      );
    names.push(name);
    yield* serverTls(gateway, server, path);
  }
}

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
  const own = [
    ...CERTIFICATES.filter((key) => (textAt(tls, key) ?? "") !== ""),
    ...CERTIFICATE_LISTS.filter((key) => Array.isArray(tls[key]) && tls[key].length > 0),
  ];
  if (mode === "ISTIO_MUTUAL" && own[0] !== undefined)
    yield refused(gateway, [...place, own[0]], "With ISTIO_MUTUAL certificates are Istio’s own.", {
      text: `Take ${own.join(", ")} away.`,
      edits: own.map((key) => removing([...place, key])),
    });
  const fetched = (textAt(tls, "credentialName") ?? "") !== "" || textsAt(tls, "credentialNames").length > 0;
  if (!["SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"].includes(mode) || fetched) return;
  const files = listAt(tls, "tlsCertificates");
  const whole = (files.length > 0 ? files : [tls]).every(
    (each) => (textAt(each, "serverCertificate") ?? "") !== "" && (textAt(each, "privateKey") ?? "") !== "",
  );
  if (!whole) yield refused(gateway, place, `With ${mode} the server needs a certificate.`, "Add credentialName.");
  if (mode !== "SIMPLE" && (textAt(tls, "caCertificates") ?? "") === "")
    yield refused(gateway, place, `With ${mode} it needs what clients are verified by.`, "Add caCertificates.");
}
