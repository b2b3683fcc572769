/** What the console says of a request: the part of lib that is on trial here. */
import { authorize, type Verdict } from "#lib/mesh/istio/policy/meaning/authorization/decide.ts";
import { peerPolicies } from "#lib/mesh/istio/policy/meaning/inbound-mtls.ts";
import { meet } from "#lib/mesh/istio/policy/meaning/outbound-mtls.ts";
import { manifestKindKey } from "#lib/policy/kind.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { PROVIDER, REFUSED, says } from "./authorizer.ts";
import type { Connection, Request } from "./requests.ts";
import type { Scene } from "./scene.ts";
import type { Read } from "./settings.ts";
import { PORTS } from "./vocabulary.ts";

/** Several with "or": refused, before or after an authorizer that may refuse it first. */
const ANY = `401 or 403 or ${REFUSED}`;

export type Expected = { readonly answer: string; readonly by: string } | { readonly lacks: readonly string[] };

/** A rule that makes the client's proxy send what this request sends. */
const MODES: Readonly<Record<Connection, string>> = {
  "mutual TLS": "ISTIO_MUTUAL",
  "own TLS": "SIMPLE",
  plaintext: "DISABLE",
};

/** `read`: all objects of the cluster, as the API answered them, under the mesh's settings. */
export function expected({ objects: of, root, mesh }: Read, { namespace, labels }: Scene, sent: Request): Expected {
  const host = `w.${namespace}.svc.cluster.local`;
  const rule: Manifest = {
    ...{
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: "sends", namespace: "shop" },
    },
    spec: { host, trafficPolicy: { tls: { mode: MODES[sent.connection] } } },
  };
  const meeting = meet(
    { namespace: "shop", labels: {} },
    { host, namespace, port: PORTS.first, subset: null, external: false },
    { namespace, labels, dataplane: "sidecar", port: sent.to.port },
    {
      objects: (kind) => (kind === manifestKindKey(rule) ? [rule] : []),
      ...{ rootNamespace: root, peers: peerPolicies(of("PeerAuthentication"), root), autoMtls: mesh.autoMtls },
    },
  );
  if (typeof meeting.connects !== "boolean") return meeting.connects;
  if (!meeting.connects) return { answer: "closed", by: `mutual TLS ${meeting.in.mode} for ${sent.connection}` };
  const verdict = authorize(
    {
      ...{ authorization: of("AuthorizationPolicy"), authentication: of("RequestAuthentication") },
      ...{ rootNamespace: root, trustDomains: mesh.trustDomains, authorizers: mesh.authorizers },
    },
    { kind: "sidecar", namespace, labels },
    {
      ...{ ...sent.facts, principal: meeting.identified === true ? sent.identity : null },
      external: { [PROVIDER]: says(sent.method, sent.headers) },
      ...(mesh.normalization && { normalization: mesh.normalization }),
    },
  );
  return inWords(verdict);
}

export function inWords(verdict: Verdict): Expected {
  if (verdict.verdict === "unknown") return verdict;
  const by = verdict.by === null ? "no policy" : `${verdict.by.policy.metadata.name} ${verdict.by.path.join(".")}`;
  if (verdict.verdict === "allow") return { answer: "allow", by };
  return { answer: verdict.answer ?? (verdict.by.stage === "custom" ? REFUSED : ANY), by };
}
