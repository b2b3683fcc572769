/** Who asks: users, their groups and their tokens. What they may do is in rbac/. */
import { createHash, randomBytes } from "node:crypto";

export interface User {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
}

export type Role = "admin" | "editor" | "viewer";

/** A token for each of the people who use a lab. */
export type Tokens = Readonly<Record<Role, string>>;

/** The people who use a lab. */
export const roles: readonly Role[] = ["admin", "editor", "viewer"];

const everybody = "system:authenticated";

/** A person of the lab. Only admin has a group that may do everything; the others have what RBAC objects grant them. */
export function personOf(role: Role): User {
  return { username: role, uid: role, groups: [...(role === "admin" ? ["system:masters"] : []), everybody] };
}

/** The console, with the name and groups that its service account of deploy/kubernetes has in a cluster. */
export const consoleUser: User = {
  username: "system:serviceaccount:meshscope:meshscope",
  uid: "meshscope",
  groups: ["system:serviceaccounts", "system:serviceaccounts:meshscope", everybody],
};

/** A random bearer token. */
export function createToken(): string {
  return randomBytes(24).toString("base64url");
}

/** A random token for each person. */
export function createTokens(): Tokens {
  return { admin: createToken(), editor: createToken(), viewer: createToken() };
}

export interface Authenticator {
  /** The user of an Authorization header; null when it names none that is known. */
  authenticate(header: string | undefined): User | null;
  add(token: string, user: User): void;
  /** True when the token was known. */
  revoke(token: string): boolean;
}

/** An authenticator that knows nobody yet. It keeps digests, so that looking one up tells nothing about a token by its time. */
export function createAuthenticator(): Authenticator {
  const users = new Map<string, User>();
  const digest = (token: string): string => createHash("sha256").update(token).digest("base64");
  return {
    authenticate(header) {
      const given = /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
      return given === undefined ? null : (users.get(digest(given)) ?? null);
    },
    add: (token, user) => void users.set(digest(token), user),
    revoke: (token) => users.delete(digest(token)),
  };
}
