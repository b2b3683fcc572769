/** Who asks, and what they may do. */
import { randomBytes, timingSafeEqual } from "node:crypto";

export interface User {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

export type Role = "admin" | "editor" | "viewer";

/** What a request wants to do, in the words of RBAC. */
export interface Attributes {
  readonly verb: "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string;
  readonly name: string | null;
}

export interface Authenticator {
  readonly tokens: Readonly<Record<Role, string>>;
  /** The user of an Authorization header; null when it names none that is known. */
  authenticate(header: string | undefined): User | null;
}

/** The users of a lab's cluster, each with a token. */
export const roles: readonly Role[] = ["admin", "editor", "viewer"];

/** A random token for each user. */
export function createTokens(): Readonly<Record<Role, string>> {
  const token = (): string => randomBytes(24).toString("base64url");
  return { admin: token(), editor: token(), viewer: token() };
}

/** Tokens are made anew at every start, and live as long as the process. */
export function createAuthenticator(): Authenticator {
  const tokens = createTokens();
  const users = roles.map((role) => ({
    secret: Buffer.from(tokens[role]),
    user: {
      username: role,
      uid: role,
      groups: [...(role === "admin" ? ["system:masters"] : []), "system:authenticated"],
    },
  }));
  return {
    tokens,
    authenticate(header) {
      const given = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
      if (given === undefined) return null;
      const bytes = Buffer.from(given);
      const found = users.find(({ secret }) => secret.length === bytes.length && timingSafeEqual(secret, bytes));
      return found?.user ?? null;
    },
  };
}

/**
 * May the user do this? Everyone known may do everything: there are no roles in this server yet, and this is the one
 * place where they would be asked.
 */
export function authorise(_user: User, _attributes: Attributes): boolean {
  return true;
}
