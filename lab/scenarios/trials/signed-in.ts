import { tokenOf } from "../../sim/policy/token.ts";
import { istio } from "../manifests.ts";
import { BANK, bank, guarding, trial } from "./trial.ts";

export const ISSUER = "https://id.bank.example";
const ana = { iss: ISSUER, sub: "ana" };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Half of the users carry a token, one in ten a token that somebody else signed, the others none. */
export const signedIn = trial("signed-in", {
  manifests: bank([
    { share: 0.5, headers: bearer(tokenOf(ana)) },
    { share: 0.1, headers: bearer(tokenOf(ana, "mallory")) },
  ]),
  change: [
    istio("security", "RequestAuthentication", BANK, "accounts", {
      selector: { matchLabels: { app: "accounts" } },
      jwtRules: [{ issuer: ISSUER, jwks: '{"keys":[]}' }],
    }),
    guarding(BANK, "accounts", [{ from: [{ source: { requestPrincipals: [`${ISSUER}/*`] } }] }]),
  ],
});
