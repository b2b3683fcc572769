import type { IncomingMessage } from "node:http";
import { describe, expect, it } from "vitest";
import { admission } from "./admission.ts";
import { hostTest, originTest } from "./hosts.ts";

interface Sent {
  readonly method?: string;
  readonly url?: string;
  readonly publicUrl?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A write that is admitted, but for what a case changes; null takes a header out. */
function sent({ method = "POST", url = "/api/v1/session", publicUrl = "https://mesh.example", headers = {} }: Sent) {
  const own = new URL(publicUrl);
  const all = {
    ...{ host: own.host, origin: own.origin, "content-type": "application/json", "content-length": "2" },
    ...headers,
  };
  const kept = Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value === null ? [] : [[name, value]],
  );
  const request = {
    method,
    url,
    headers: Object.fromEntries(kept),
    rawHeaders: kept.flat(),
  } as unknown as IncomingMessage;
  const refusal = admission(request, { host: hostTest(own), origin: originTest(own) });
  return refusal === null ? "admitted" : `${refusal.status} ${refusal.code}`;
}

describe("a write", () => {
  it.each<[string, Sent, string]>([
    ["from our own page", {}, "admitted"],
    ["with a charset", { headers: { "content-type": "application/json; charset=utf-8" } }, "admitted"],
    ["that says it is of the same origin", { headers: { "sec-fetch-site": "same-origin" } }, "admitted"],
    [
      "that deletes, without a body",
      { method: "DELETE", headers: { "content-type": null, "content-length": null } },
      "admitted",
    ],
    [
      "on loopback by the other name",
      { publicUrl: "http://127.0.0.1:3000", headers: { origin: "http://localhost:3000" } },
      "admitted",
    ],
    ["without an origin", { headers: { origin: null } }, "403 csrf"],
    ["that deletes, without an origin", { method: "DELETE", headers: { origin: null } }, "403 csrf"],
    ["from a sandbox", { headers: { origin: "null" } }, "403 csrf"],
    ["from a sibling", { headers: { origin: "https://other.example" } }, "403 csrf"],
    ["from below", { headers: { origin: "https://a.mesh.example" } }, "403 csrf"],
    ["from a name that ends like ours", { headers: { origin: "https://evilmesh.example" } }, "403 csrf"],
    ["from a name that begins like ours", { headers: { origin: "https://mesh.example.evil" } }, "403 csrf"],
    ["from another port", { headers: { origin: "https://mesh.example:8443" } }, "403 csrf"],
    ["from plain http", { headers: { origin: "http://mesh.example" } }, "403 csrf"],
    ["from an origin with a path", { headers: { origin: "https://mesh.example/x" } }, "403 csrf"],
    ["from two origins", { headers: { origin: "https://mesh.example https://mesh.example" } }, "403 csrf"],
    [
      "on loopback from another port",
      { publicUrl: "http://127.0.0.1:3000", headers: { origin: "http://localhost:3001" } },
      "403 csrf",
    ],
    ["that the browser calls cross-site", { headers: { "sec-fetch-site": "cross-site" } }, "403 csrf"],
    ["that the browser calls same-site", { headers: { "sec-fetch-site": "same-site" } }, "403 csrf"],
    ["by a form", { headers: { "content-type": "application/x-www-form-urlencoded" } }, "415 unsupported_media_type"],
    [
      "by a form with files",
      { headers: { "content-type": "multipart/form-data; boundary=x" } },
      "415 unsupported_media_type",
    ],
    ["as plain text", { headers: { "content-type": "text/plain" } }, "415 unsupported_media_type"],
    [
      "as text that mentions JSON",
      { headers: { "content-type": "text/plain; application/json" } },
      "415 unsupported_media_type",
    ],
    ["of no type", { headers: { "content-type": null } }, "415 unsupported_media_type"],
    [
      "that deletes with a body of no type",
      { method: "DELETE", headers: { "content-type": null } },
      "415 unsupported_media_type",
    ],
    ["of 1 MiB", { headers: { "content-length": String(1024 * 1024) } }, "admitted"],
    ["of more than 1 MiB", { headers: { "content-length": String(1024 * 1024 + 1) } }, "413 too_large"],
    [
      "of a length that nobody knows",
      { headers: { "content-length": null, "transfer-encoding": "chunked" } },
      "411 bad_request",
    ],
    ["to where only reading is", { url: "/api/v1/graph?window=1m" }, "405 bad_request"],
    ["that deletes where only POST is", { method: "DELETE", url: "/api/v1/plans" }, "405 bad_request"],
    ["to an address that isn't there, which is told so", { url: "/api/v1/nothing" }, "admitted"],
    ["by PUT", { method: "PUT" }, "405 bad_request"],
    ["by PATCH", { method: "PATCH" }, "405 bad_request"],
    ["to a page", { url: "/topology" }, "405 bad_request"],
    ["to a page that looks like the API", { url: "/api/v1" }, "405 bad_request"],
    ["under another host", { headers: { host: "evil.example" } }, "421 bad_request"],
  ])("%s", (_, how, expected) => expect(sent(how)).toBe(expected));
});
