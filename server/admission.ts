/** What a request must be before anything of the application sees it. Pure but for reading the request. */
import type { IncomingMessage } from "node:http";
import { countHeader } from "./headers.ts";
import { anyHost } from "./hosts.ts";

export interface Refusal {
  readonly status: number;
  readonly code: "bad_request" | "internal";
  readonly title: string;
  readonly detail: string;
  /** The methods that a refused one should have been. */
  readonly allow?: readonly string[];
}

/** Longer request targets hold nothing that a link of ours would. */
const MAX_TARGET = 8_192;
/** Nothing that may be sent today is larger. */
const MAX_BODY = 1024 * 1024;

const METHODS: readonly string[] = ["GET", "HEAD"];

const refuse = (status: number, title: string, detail: string): Refusal => ({
  status,
  code: "bad_request",
  title,
  detail,
});

/** null: admitted. */
export function admission(request: IncomingMessage, isOurHost: (host: string) => boolean): Refusal | null {
  const target = request.url ?? "";
  // Absolute form and authority form are for proxies. `//name` is a path to us and an authority to whoever joins URLs.
  if (!target.startsWith("/") || /^[/\\]{2}/.test(target))
    return refuse(400, "Bad request", "The request target must be a path that starts with one slash.");
  if (target.length > MAX_TARGET)
    return refuse(414, "URI too long", `The request target is longer than ${MAX_TARGET} characters.`);
  const path = target.split("?", 1)[0] ?? "";
  if (/\\|%5c|%2f%2f|%00|[\u0000-\u0020\u007f]/i.test(path))
    return refuse(400, "Bad request", "The path holds characters that no address of ours has.");
  if (countHeader(request, "host") !== 1) return refuse(400, "Bad request", "Exactly one Host header is needed.");
  if (!anyHost(path) && !isOurHost(request.headers.host ?? "")) {
    return refuse(
      421,
      "Misdirected request",
      "This console isn't reached under that host name. server.publicUrl is the one it answers to.",
    );
  }
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY)
    return refuse(413, "Content too large", `A request's body may have ${MAX_BODY} bytes.`);
  // There are no Server Actions, and no address of the API writes anything: Next's own 405 would have no body.
  if (!METHODS.includes(request.method ?? "")) {
    const detail = `Addresses here answer ${METHODS.join(" and ")}: this version writes nothing.`;
    return { ...refuse(405, "Method not allowed", detail), allow: METHODS };
  }
  return null;
}
