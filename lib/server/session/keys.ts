/**
 * The keys that seal what the console hands to browsers: sessions and plans. A text is a compact JWE (RFC 7516) with `dir`
 * and A256GCM; its key is derived for one purpose (HKDF, RFC 5869), which its protected header names too, so that what was
 * sealed for one purpose opens for no other.
 */
import { hkdfSync, randomBytes } from "node:crypto";
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import { MeshscopeError, problemOf } from "#lib/errors.ts";
import { milliseconds } from "#lib/units.ts";
import type { Timers } from "../clock.ts";
import { readSetting } from "../secrets.ts";

/** Purposes of the texts that are sealed. */
export const SESSION_PURPOSE = "session";

export interface KeyRing {
  seal(purpose: string, bytes: Uint8Array): Promise<string>;
  /** null: forged, changed, for another purpose, or sealed with a key that is no longer here. It never rejects. */
  open(purpose: string, text: string): Promise<Uint8Array | null>;
}

export interface KeyRingDeps {
  readonly timers: Timers;
  readonly log: { warn(fields: object, message: string): void };
  /** Aborted: the file is no longer read again. */
  readonly signal: AbortSignal;
}

const SETTING = "auth.sessionKeyFile";
const LEAST_BYTES = 32;
const REREAD_EVERY = milliseconds(60_000);
const HOW = "Make one with: openssl rand -base64 48";

/**
 * The ring of a key file: one key a line, the first seals, all open. The file is read again every minute; what can't be
 * used then is warned of and the last good keys stay. Without a file: a random key that ends with the process.
 * @throws MeshscopeError `bad_config` for keys that are missing, short or guessable
 */
export async function createKeyRing(file: string | null, deps: KeyRingDeps): Promise<KeyRing> {
  if (file === null) {
    deps.log.warn({}, NO_FILE);
    const random = [keyOf(randomBytes(LEAST_BYTES))];
    return keyRing(() => random);
  }
  let keys = parseKeys(await readSetting(SETTING, file));
  const reread = async () => {
    for (;;) {
      await deps.timers.sleep(REREAD_EVERY, deps.signal);
      if (deps.signal.aborted) return;
      try {
        keys = parseKeys(await readSetting(SETTING, file));
      } catch (thrown) {
        deps.log.warn({ detail: problemOf(thrown).detail }, "the session keys stay as they were");
      }
    }
  };
  void reread();
  return keyRing(() => keys);
}

const NO_FILE = `${SETTING} isn't set: sessions end with this process, and replicas can't share them. ${HOW}`;

/** One key: what it is called in a sealed text, and its secret for each purpose. */
export interface Key {
  readonly id: string;
  readonly forPurpose: (purpose: string) => Uint8Array;
}

function keyOf(secret: Uint8Array): Key {
  const derive = (info: string, length: number) =>
    new Uint8Array(hkdfSync("sha256", secret, "meshscope.dev/keys/v1", info, length));
  return {
    id: Buffer.from(derive("id", 6)).toString("base64url"),
    forPurpose: (purpose) => derive(`purpose ${purpose}`, LEAST_BYTES),
  };
}

/**
 * The keys of a file's text: base64 (plain or URL-safe) of at least 32 bytes a line; empty lines don't count.
 * @throws MeshscopeError `bad_config` naming the setting and the line, never what is in it
 */
export function parseKeys(text: string): readonly Key[] {
  const keys = text.split(/\r?\n/).flatMap((line, index) => {
    const written = line.trim();
    return written === "" ? [] : [keyOf(secretOf(written, index + 1))];
  });
  if (keys.length === 0) throw new MeshscopeError("bad_config", `${SETTING}: the file holds no key. ${HOW}`);
  return keys;
}

function secretOf(written: string, line: number): Uint8Array {
  const refuse = (what: string) => new MeshscopeError("bad_config", `${SETTING}: line ${line} ${what}. ${HOW}`);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(written)) throw refuse("isn't base64");
  const bytes = Uint8Array.from(Buffer.from(written, "base64"));
  if (bytes.length < LEAST_BYTES) throw refuse(`holds ${bytes.length} bytes; at least ${LEAST_BYTES} are needed`);
  if (guessable(bytes)) throw refuse("can be guessed: it isn't random");
  return bytes;
}

/** All equal, counting up, too few different bytes, or words: what samples and placeholders look like. */
function guessable(bytes: Uint8Array): boolean {
  const steps = new Set([...bytes.subarray(1)].map((byte, index) => (byte - (bytes[index] ?? 0)) & 255));
  const printable = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return steps.size === 1 || new Set(bytes).size < 12 || printable;
}

/** A ring over keys that may change; the first of them seals. */
export function keyRing(keys: () => readonly Key[]): KeyRing {
  return {
    seal: async (purpose, bytes) => {
      const [key] = keys();
      if (key === undefined) throw new MeshscopeError("internal", "There is no key to seal with.");
      return new CompactEncrypt(bytes)
        .setProtectedHeader({ alg: "dir", enc: "A256GCM", kid: key.id, purpose })
        .encrypt(key.forPurpose(purpose));
    },
    open: async (purpose, text) => {
      try {
        const { kid } = decodeProtectedHeader(text);
        const key = keys().find(({ id }) => id === kid);
        if (key === undefined) return null;
        const { plaintext, protectedHeader } = await compactDecrypt(text, key.forPurpose(purpose), {
          keyManagementAlgorithms: ["dir"],
          contentEncryptionAlgorithms: ["A256GCM"],
        });
        return protectedHeader["purpose"] === purpose ? plaintext : null;
      } catch {
        // Whatever is wrong with a text that a client sent: it isn't ours.
        return null;
      }
    },
  };
}
