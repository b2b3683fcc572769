/** A certificate authority of one process: an EC key, a root certificate, and server certificates for loopback names. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4 } from "node:net";
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, text, time } from "./der.ts";

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  readonly caPem: string;
  /** A server certificate for these host names and IPv4 addresses, signed by the authority. */
  issue(names: readonly string[]): KeyPair;
  /** A certificate of a workload, for both ends of mutual TLS, whose one name is this URI (`spiffe://…`). */
  identify(uri: string): KeyPair;
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
const day = 86_400_000;
const [SERVER, CLIENT] = ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"] as const;

interface Request {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Uint8Array[];
}

interface Issuer {
  readonly name: string;
  readonly privateKey: KeyObject;
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(oid("2.5.4.3"), text(commonName))));
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));
}

/** RFC 5280, 4.2.1.2: the SHA-1 of the key's bit string, here of the whole SubjectPublicKeyInfo, which is as unique. */
function keyId(key: KeyObject): Buffer {
  return createHash("sha1")
    .update(key.export({ type: "spki", format: "der" }))
    .digest();
}

function certificate(request: Request, issuer: Issuer, now: Date): string {
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) & 0x7f;
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ecdsaWithSha256,
    nameOf(issuer.name),
    // A day back, for clocks that disagree a little.
    sequence(time(new Date(now.getTime() - day)), time(new Date(now.getTime() + 365 * day))),
    nameOf(request.subject),
    request.publicKey.export({ type: "spki", format: "der" }),
    explicit(3, sequence(...request.extensions)),
  );
  const signature = sign("sha256", body, issuer.privateKey);
  return pem(sequence(body, ecdsaWithSha256, bits(signature)));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}

/** An authority that lives as long as the process; its key is never written anywhere. Cost: two EC keys, about 1 ms. */
export function createAuthority(commonName: string, now: Date): Authority {
  const root = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const issuer = { name: commonName, privateKey: root.privateKey };
  const caPem = certificate(
    {
      subject: commonName,
      publicKey: root.publicKey,
      extensions: [
        extension("2.5.29.19", true, sequence(boolean(true))),
        // keyCertSign and cRLSign.
        extension("2.5.29.15", true, bits(Buffer.from([0b0000_0110]), 1)),
        extension("2.5.29.14", false, octets(keyId(root.publicKey))),
      ],
    },
    issuer,
    now,
  );
  /** `usages`: object identifiers of RFC 5280, 4.2.1.12. */
  const leaf = (subject: string, usages: readonly string[], alternatives: readonly Uint8Array[]): KeyPair => {
    const own = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const cert = certificate(
      {
        subject,
        publicKey: own.publicKey,
        extensions: [
          extension("2.5.29.19", true, sequence()),
          // digitalSignature.
          extension("2.5.29.15", true, bits(Buffer.from([0b1000_0000]), 7)),
          extension("2.5.29.37", false, sequence(...usages.map((usage) => oid(usage)))),
          extension("2.5.29.17", false, sequence(...alternatives)),
          extension("2.5.29.35", false, sequence(implicit(0, keyId(root.publicKey)))),
        ],
      },
      issuer,
      now,
    );
    return { cert, key: own.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
  };
  return {
    caPem,
    issue: (names) =>
      leaf(
        "kube-apiserver",
        [SERVER],
        names.map((name) =>
          isIPv4(name)
            ? implicit(7, Buffer.from(name.split(".").map(Number)))
            : implicit(2, Buffer.from(name, "ascii")),
        ),
      ),
    identify: (uri) => leaf("workload", [SERVER, CLIENT], [implicit(6, Buffer.from(uri, "ascii"))]),
  };
}
