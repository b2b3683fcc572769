/**
 * Secrets that Gateways name. The console reads none (docs/adr/0021-no-secrets.md), so these checks are of files; what a
 * controller says of a listener's certificates is told by conditions.ts.
 */
import type { Manifest } from "#lib/policy/manifest.ts";
import type { Segments } from "#lib/policy/path.ts";
import { labelsAt } from "../lookup.ts";
import { listAt, objectAt, textAt, textsAt } from "../routing/json.ts";
import { GATEWAY } from "./docs.ts";
import { type Draft, type Family, fileRule } from "./family.ts";
import type { Model } from "./model.ts";

const KIND = "Gateway.networking.istio.io";

/** Names of Secrets with their places; what has a scheme is something else, or elsewhere. */
function* named(gateway: Manifest): Generator<{ readonly path: Segments; readonly name: string }> {
  for (const [i, server] of listAt(gateway.spec, "servers").entries()) {
    const tls = objectAt(server, "tls");
    const path: Segments = ["spec", "servers", i, "tls"];
    const one = textAt(tls, "credentialName") ?? "";
    const all: readonly (readonly [Segments, string])[] = [
      [[...path, "credentialName"], one],
      ...textsAt(tls, "credentialNames").map((name, j) => [[...path, "credentialNames", j], name] as const),
    ];
    for (const [place, name] of all) if (name !== "" && !name.includes(":")) yield { path: place, name };
  }
}

/** (SecretAnalyzer in Istio's pkg/config/analysis/analyzers/gateway) */
function* credentials(gateway: Manifest, model: Model): Generator<Draft> {
  const labels = labelsAt(gateway.spec, "selector") ?? {};
  if (Object.keys(labels).length === 0) return;
  const pods = model.workloadsWith(labels, null);
  const homes = [...new Set(pods.map(({ namespace }) => namespace))].filter((each) => model.knows("Secret", each));
  for (const { path, name } of named(gateway)) {
    const home = homes.find((each) => model.find("Secret", each, name) === undefined);
    if (home !== undefined) {
      yield {
        code: "gateway-credential-unknown",
        at: gateway,
        path,
        message: `Secret ${name} isn't in ${home}, where the gateway's pods are: TLS fails there.`,
        namespaces: [home],
        fix: "Create the Secret in the namespace of the gateway's pods.",
      };
      continue;
    }
    for (const secret of homes.flatMap((each) => model.find("Secret", each, name) ?? [])) {
      const why = unusable(secret);
      if (why === null) continue;
      yield {
        code: "gateway-credential-invalid",
        at: gateway,
        path,
        message: `Secret ${secret.metadata.namespace}/${name} ${why}: TLS fails there.`,
        evidence: [{ at: secret, path: [], text: why }],
        fix: "Put the certificate into tls.crt and its key into tls.key, both as PEM.",
      };
      break;
    }
  }
}

/** As istiod looks for them, in this order (ExtractCertInfo in Istio's pilot/pkg/credentials/kube). */
const PAIRS = [
  ["cert", "key"],
  ["tls.crt", "tls.key"],
] as const;

/** Why istiod takes no certificate from it; null: it does, or that can't be read here. When it ends isn't looked at. */
function unusable(secret: Manifest): string | null {
  // Of what is encrypted in its file the values say nothing.
  if (secret["sops"] !== undefined) return null;
  const values = PAIRS.map(([cert, key]) => [valueOf(secret, cert), valueOf(secret, key)] as const);
  if (values.flat().some((each) => each === undefined)) return null;
  const [cert] = values.find(([one, other]) => one && other) ?? [];
  if (typeof cert !== "string") return "holds no tls.crt with a tls.key";
  return isCertificate(cert) ? null : "holds no certificate in its tls.crt";
}

/** "" where it isn't there; undefined: it isn't said in a way that can be read. */
function valueOf(secret: Manifest, key: string): string | undefined {
  const plain = textAt(objectAt(secret, "stringData"), key);
  const text = plain ?? textAt(objectAt(secret, "data"), key) ?? "";
  if (/^ENC\[|\{\{|\$\{/.test(text)) return undefined;
  return plain ?? decoded(text);
}

/** Of base64; undefined: it is none. */
function decoded(text: string): string | undefined {
  try {
    return atob(text.replaceAll(/\s/g, ""));
  } catch {
    return undefined;
  }
}

const PEM = /-----BEGIN [A-Z ]{0,40}CERTIFICATE-----([A-Za-z0-9+/=\s]{1,100000})-----END/;
/** A certificate is an ASN.1 SEQUENCE of at least 128 bytes: https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
const SEQUENCE = /^\x30[\x81-\x83]/;

function isCertificate(text: string): boolean {
  const first = text.indexOf("-----BEGIN ");
  const body = first < 0 ? undefined : PEM.exec(text);
  return body?.index === first && SEQUENCE.test(decoded(body[1] ?? "") ?? "");
}

export const gatewayCredentials: Family = {
  rules: {
    "gateway-credential-unknown": {
      ...fileRule("IST0161", "error", "A server's Secret isn't in the namespace of the gateway's pods.", GATEWAY),
      also: ["IST0101"],
    },
    "gateway-credential-invalid": fileRule(
      "IST0161",
      "error",
      "A server's Secret holds no certificate with its key. Whether it has ended isn't looked at.",
      GATEWAY,
    ),
  },
  parts: [{ of: [KIND], reads: ["Secret", "inventory"], each: credentials }],
};
