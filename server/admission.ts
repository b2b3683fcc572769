/** What a request must be before anything of the application sees it. Pure but for reading the request. */
import type { IncomingMessage } from "node:http";
import { methodsAt } from "#lib/api/methods.ts";
import { countHeader } from "./headers.ts";
import { anyHost } from "./hosts.ts";

export interface Refusal {
  readonly status: number;
  readonly code: "bad_request" | "internal" | "csrf" | "unsupported_media_type" | "too_large";
  readonly title: string;
  readonly detail: string;
  /** The methods that a refused one should have been. */
  readonly allow?: readonly string[];
}

/** Longer request targets hold nothing that a link of ours would. */
const MAX_TARGET = 8_192;
/** Nothing that may be sent today is larger. */
const MAX_BODY = 1024 * 1024;

const READS: readonly string[] = ["GET", "HEAD"];
const WRITES: readonly string[] = ["POST", "DELETE"];

export interface Ours {
  /** Is it a Host that we are reached under? */
  readonly host: (host: string) => boolean;
  /** Is it the Origin of our own pages? */
  readonly origin: (origin: string) => boolean;
}

const refuse = (status: number, title: string, detail: string): Refusal => ({
  status,
  code: "bad_request",
  title,
  detail,
});

/** null: admitted. */
export function admission(request: IncomingMessage, ours: Ours): Refusal | null {
  const target = request.url ?? "";
  // Absolute form and authority form are for proxies. `//name` is a path to us and an authority to whoever joins URLs.
  if (!target.startsWith("/") || /^[/\\]{2}/.test(target))
    return refuse(400, "Bad request", "The request target must be a path that starts with one slash.");
  if (target.length > MAX_TARGET)
    return refuse(414, "URI too long", `The request target is longer than ${MAX_TARGET} characters.`);
  const path = target.split("?", 1)[0] ?? "";
  // Browsers resolve `.` and `..` themselves: who sends them hopes that two readers disagree.
  if (/\\|%5c|%2f%2f|%00|[\u0000-\u0020\u007f]|\/(?:\.|%2e){1,2}(?:\/|$)/i.test(path))
    return refuse(400, "Bad request", "The path holds characters that no address of ours has.");
  if (countHeader(request, "host") !== 1) return refuse(400, "Bad request", "Exactly one Host header is needed.");
  if (!anyHost(path) && !ours.host(request.headers.host ?? "")) {
    return refuse(
      421,
      "Misdirected request",
      "This console isn't reached under that host name. server.publicUrl is the one it answers to.",
    );
  }
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY)
    return { ...refuse(413, "Content too large", `A request's body may have ${MAX_BODY} bytes.`), code: "too_large" };
  const method = request.method ?? "";
  const allow = allowed(path);
  if (!allow.includes(method)) {
    const detail = `This address answers ${allow.join(", ")}.`;
    return { ...refuse(405, "Method not allowed", detail), allow };
  }
  if (READS.includes(method)) return null;
  return fromElsewhere(request, ours) ?? unreadable(request);
}

/** There are no Server Actions: only the API is ever written to. Where it has nothing, 404 says so to whoever asks how. */
function allowed(path: string): readonly string[] {
  return path.startsWith("/api/v1/") ? (methodsAt(path) ?? [...READS, ...WRITES]) : READS;
}

/**
 * A write that a page of somebody else's may have made the browser send. Origin is sent with every POST and DELETE and
 * can't be set by scripts. https://fetch.spec.whatwg.org/#origin-header, https://www.w3.org/TR/fetch-metadata/
 */
function fromElsewhere(request: IncomingMessage, ours: Ours): Refusal | null {
  const { origin, "sec-fetch-site": site } = request.headers;
  const same = site === undefined || site === "same-origin" || site === "none";
  if (same && countHeader(request, "origin") === 1 && ours.origin(origin ?? "")) return null;
  return {
    ...refuse(403, "Cross-site request refused", "Writes need an Origin header that equals server.publicUrl."),
    code: "csrf",
  };
}

/** Forms can't send JSON, and a body without a length can't be refused before it is read. */
function unreadable(request: IncomingMessage): Refusal | null {
  const { "content-length": length, "content-type": type = "" } = request.headers;
  if (request.headers["transfer-encoding"] !== undefined)
    return refuse(411, "Length required", "Send the body with a Content-Length.");
  if (request.method === "DELETE" && (length ?? "0") === "0") return null;
  if (/^application\/json\s*(?:;\s*charset=utf-8\s*)?$/i.test(type)) return null;
  const detail = "Content-Type must be application/json.";
  return { ...refuse(415, "Unsupported media type", detail), code: "unsupported_media_type" };
}
