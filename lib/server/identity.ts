/**
 * Who asks. Every use case takes a Credential, never a session or a request, so that none can forget to ask whose rights
 * count. So far everybody is anonymous: the console's own read rights, and nothing can be written.
 */
export interface Credential {
  readonly strategy: "anonymous";
  /** null: nobody in particular. */
  readonly user: null;
}

export const ANONYMOUS: Credential = { strategy: "anonymous", user: null };

/**
 * The credential of a request. With `anonymous` nothing a client sends is believed: a bearer token, a cookie or an identity
 * header would be a claim that nobody verified.
 */
export function credentialOf(_request: Request): Credential {
  return ANONYMOUS;
}
