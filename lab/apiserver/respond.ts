/** Answers. */
import type { ServerResponse } from "node:http";
import type { Json } from "./json.ts";
import type { StatusError } from "./status.ts";

/** Sends JSON text, or what else the type says. */
export function sendText(
  response: ServerResponse,
  code: number,
  text: string | Buffer,
  type = "application/json",
): void {
  const body = typeof text === "string" ? Buffer.from(text) : text;
  response.writeHead(code, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": "no-cache, private",
  });
  response.end(body);
}

/** Sends a JSON value. */
export function sendJson(response: ServerResponse, code: number, value: Json): void {
  sendText(response, code, `${JSON.stringify(value)}\n`);
}

/** Sends a failure as a Status object. */
export function sendStatus(response: ServerResponse, error: StatusError): void {
  if (error.retryAfterSeconds !== null) response.setHeader("retry-after", String(error.retryAfterSeconds));
  sendJson(response, error.code, error.toStatus());
}

/** Adds Warning headers (RFC 7234, code 299), which kubectl prints. */
export function sendWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  response.setHeader(
    "warning",
    warnings.map((text) => `299 - "${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", " ")}"`),
  );
}
