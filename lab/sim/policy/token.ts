/** Tokens as the lab's users carry them: of a JWT's form, with the signer's name in place of a signature. */
import { isObject } from "../../kube/read.ts";
import type { Claims } from "./facts.ts";

const encode = (value: string): string => Buffer.from(value).toString("base64url");
const decode = (value: string): string => Buffer.from(value, "base64url").toString();

/** A token that `signer` signed; by default its issuer, so that it can be verified. */
export const tokenOf = (claims: Claims, signer = String(claims["iss"])): string =>
  [JSON.stringify({ alg: "lab", typ: "JWT" }), JSON.stringify(claims), signer].map(encode).join(".");

/** null: not of a JWT's form. */
export function readToken(text: string): { readonly claims: Claims; readonly signer: string } | null {
  const [, body, signature, ...more] = text.split(".");
  if (body === undefined || signature === undefined || more.length > 0) return null;
  try {
    const claims: unknown = JSON.parse(decode(body));
    return isObject(claims) ? { claims, signer: decode(signature) } : null;
  } catch {
    return null;
  }
}
