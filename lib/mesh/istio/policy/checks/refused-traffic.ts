/** What Istio's webhook refuses of DestinationRules: functions of Istio's pkg/config/validation. */
import type { JsonObject, Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { has, listAt, namespaceOf, numberAt, objectAt, textAt } from "../routing/json.ts";
import { type Draft, setting } from "./family.ts";
import { isAddress, isHost, isLabel, isName, isNoTime } from "./forms.ts";
import { short } from "./odd-draft.ts";
import { balancer } from "./refused-balancer.ts";
import { beyond, goes, labelled, lasts, numbered, PERCENT, percentage, refused, said } from "./refused-draft.ts";
import { trafficPolicies } from "./traffic-policies.ts";

/** (ValidateDestinationRule) */
export function* refusedDestinationRule(rule: Manifest): Generator<Draft> {
  const host = textAt(rule.spec, "host") ?? "";
  if (host !== "" && !isHost(host))
    yield refused(
      rule,
      ["spec", "host"],
      `${short(host)} is no host.`,
      "Write a name, such as reviews, reviews.shop.svc.cluster.local or *.example.com.",
    );
  const names = new Set<string>();
  for (const [i, subset] of listAt(rule.spec, "subsets").entries()) {
    const name = textAt(subset, "name") ?? "";
    const path = ["spec", "subsets", i, "name"];
    if (!isLabel(name)) {
      yield refused(rule, path, "A subset’s name is letters, digits and hyphens.", "Name it so.");
    } else if (names.has(name)) {
      yield refused(rule, path, `There are two subsets ${name}.`, "Give one of them another name.");
    }
    names.add(name);
    yield* labelled(rule, subset, "labels", ["spec", "subsets", i]);
  }
  for (const { path, policy } of trafficPolicies(rule)) yield* trafficPolicy(rule, policy, path);
}

const OF_PORT = ["outlierDetection", "connectionPool", "loadBalancer", "tls"];
const OF_HOST = [...OF_PORT, "tunnel", "proxyProtocol", "retryBudget"];

/** (validateTrafficPolicy, validatePortTrafficPolicies) */
function* trafficPolicy(rule: Manifest, policy: JsonObject, path: Segments): Generator<Draft> {
  if (path.at(-2) === "portLevelSettings") {
    if (!has(policy, "port")) yield refused(rule, path, "It says of no port that it is for it.", "Add port.number.");
    if (said(policy, OF_PORT).length === 0) yield refused(rule, path, "It says nothing of the port.", goes(rule, path));
  } else {
    if (said(policy, OF_HOST).length + listAt(policy, "portLevelSettings").length === 0)
      yield refused(rule, path, "The policy says nothing.", goes(rule, path));
    if (said(policy, ["tunnel", "proxyProtocol"]).length > 1)
      yield refused(rule, [...path, "tunnel"], "Only one of tunnel and proxyProtocol can be said.", "Keep one.");
    if (has(policy, "tunnel")) yield* tunnel(rule, objectAt(policy, "tunnel"), [...path, "tunnel"]);
  }
  yield* outliers(rule, objectAt(policy, "outlierDetection"), [...path, "outlierDetection"]);
  if (has(policy, "connectionPool")) yield* pool(rule, objectAt(policy, "connectionPool"), [...path, "connectionPool"]);
  yield* balancer(rule, objectAt(policy, "loadBalancer"), [...path, "loadBalancer"]);
  yield* clientTls(rule, objectAt(policy, "tls"), [...path, "tls"]);
}

/** (validateTunnelSettings) */
function* tunnel(rule: Manifest, value: JsonObject, path: Segments): Generator<Draft> {
  if (!["", "CONNECT", "POST"].includes(textAt(value, "protocol") ?? ""))
    yield refused(rule, [...path, "protocol"], "A tunnel is opened by CONNECT or POST.", "Write one of them.");
  const host = textAt(value, "targetHost") ?? "";
  if (!isName(host) && !isAddress(host))
    yield refused(rule, [...path, "targetHost"], "It is neither a host nor an address.", "Write one.");
  yield* numbered(rule, value, "targetPort", path);
}

/** (validateOutlierDetection) */
function* outliers(rule: Manifest, outlier: JsonObject, path: Segments): Generator<Draft> {
  const local = numberAt(outlier, "consecutiveLocalOriginFailures") ?? 0;
  if (local > 0 && outlier["splitExternalLocalOriginErrors"] !== true)
    yield refused(
      rule,
      [...path, "consecutiveLocalOriginFailures"],
      "Failures to connect are counted apart only where splitExternalLocalOriginErrors is true.",
      { text: "Set it.", edits: [setting([...path, "splitExternalLocalOriginErrors"], true)] },
    );
  for (const key of ["maxEjectionPercent", "minHealthPercent"]) {
    const value = beyond(outlier, key, PERCENT);
    if (value !== null) yield percentage(rule, [...path, key], value);
  }
  for (const key of ["baseEjectionTime", "interval"]) yield* lasts(rule, outlier, key, path);
}

const COUNTS =
  "http1MaxPendingRequests http2MaxRequests maxRequestsPerConnection maxRetries maxConcurrentStreams".split(" ");

/** (validateConnectionPool) Of a DestinationRule, and of a Sidecar's listeners. */
export function* pool(at: Manifest, settings: JsonObject, path: Segments): Generator<Draft> {
  if (said(settings, ["http", "tcp"]).length === 0) yield refused(at, path, "The pool says nothing.", goes(at, path));
  const [http, tcp] = [objectAt(settings, "http"), objectAt(settings, "tcp")];
  for (const [part, value, keys] of [
    ["http", http, COUNTS],
    ["tcp", tcp, ["maxConnections"]],
  ] as const) {
    for (const key of keys) {
      const number = numberAt(value, key) ?? 0;
      if (number < 0) yield refused(at, [...path, part, key], `${number} is less than none.`, "Write 0 or more.");
    }
  }
  yield* lasts(at, http, "idleTimeout", [...path, "http"]);
  if (textAt(http, "h2UpgradePolicy") === "UPGRADE" && http["useClientProtocol"] === true)
    yield refused(
      at,
      [...path, "http", "useClientProtocol"],
      "Calls are upgraded to HTTP/2, or go by the client’s protocol.",
      "Keep one.",
    );
  if (has(http, "http2KeepAlive")) {
    const alive = objectAt(http, "http2KeepAlive");
    const place = [...path, "http", "http2KeepAlive"];
    for (const key of ["interval", "timeout"]) {
      if (has(alive, key)) yield* lasts(at, alive, key, place);
      else yield refused(at, place, `It doesn’t say ${key}.`, `Add ${key}.`);
    }
  }
  for (const key of ["connectTimeout", "maxConnectionDuration"]) yield* lasts(at, tcp, key, [...path, "tcp"]);
  if (!isNoTime(tcp["idleTimeout"])) yield* lasts(at, tcp, "idleTimeout", [...path, "tcp"]);
  for (const key of ["time", "interval"])
    yield* lasts(at, objectAt(tcp, "tcpKeepalive"), key, [...path, "tcp", "tcpKeepalive"]);
}

const OWN = ["clientCertificate", "privateKey", "caCertificates", "caCrl"];

/** (ValidateTLS) */
function* clientTls(rule: Manifest, tls: JsonObject, path: Segments): Generator<Draft> {
  const text = (key: string) => textAt(tls, key) ?? "";
  const mode = text("mode");
  const credential = text("credentialName");
  const map = /^configmap:\/\/([^/]*)\/?([^/]*)/.exec(credential);
  if (map !== null && (map[1] !== namespaceOf(rule) || map[2] === ""))
    yield refused(
      rule,
      [...path, "credentialName"],
      "A ConfigMap is named with the rule’s own namespace: configmap://namespace/name.",
      "Name one of this namespace.",
    );
  if (mode !== "SIMPLE" && mode !== "MUTUAL") return;
  if (tls["insecureSkipVerify"] === true) {
    const verifying = mode === "SIMPLE" ? ["caCertificates", "credentialName"] : ["caCertificates"];
    const says =
      verifying.find((key) => text(key) !== "") ??
      (listAt(tls, "subjectAltNames").length > 0 ? "subjectAltNames" : undefined);
    if (says !== undefined)
      yield refused(
        rule,
        [...path, says],
        `With insecureSkipVerify the server isn’t verified, and ${says} is refused.`,
        "Let the server be verified, or take that away.",
      );
  }
  const beside = OWN.find((key) => text(key) !== "");
  if (credential !== "" && beside !== undefined)
    yield refused(
      rule,
      [...path, beside],
      `Certificates come from the credential, or from files: not ${beside} beside credentialName.`,
      "Keep one.",
    );
  const missing = mode === "MUTUAL" ? OWN.slice(0, 2).find((key) => text(key) === "") : undefined;
  if (credential === "" && missing !== undefined)
    yield refused(rule, path, "With MUTUAL a client shows a certificate.", `Add ${missing}, or name a credential.`);
}
