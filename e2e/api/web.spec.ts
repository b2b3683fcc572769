/** What a browser, a page of somebody else's and a hostile client can do with requests alone. */
import { randomBytes } from "node:crypto";
import { Client, outcome, problemOf } from "../support/api.ts";
import { entry, expect, pathOf, test, wish } from "./fixtures.ts";

const PLANS = "/api/v1/plans";

test.describe("a write that isn't certainly our own page's is refused", () => {
  const cases: readonly (readonly [string, Record<string, string>, string])[] = [
    ["another site's", { origin: "https://evil.example" }, "403 csrf"],
    ["an opaque origin's", { origin: "null" }, "403 csrf"],
    ["a sibling host's", { origin: "http://console.127.0.0.1" }, "403 csrf"],
    ["another port's", { origin: "http://127.0.0.1:1" }, "403 csrf"],
    ["another scheme's", { origin: "https://127.0.0.1" }, "403 csrf"],
    ["with a path", { origin: "PAGE/" }, "403 csrf"],
    ["cross-site", { origin: "PAGE", "sec-fetch-site": "cross-site" }, "403 csrf"],
    ["same-site", { origin: "PAGE", "sec-fetch-site": "same-site" }, "403 csrf"],
    ["nobody's", {}, "403 csrf"],
    ["a form's", { origin: "PAGE", "content-type": "application/x-www-form-urlencoded" }, "415 unsupported_media_type"],
    ["a text's", { origin: "PAGE", "content-type": "text/plain" }, "415 unsupported_media_type"],
    [
      "a multipart form's",
      { origin: "PAGE", "content-type": "multipart/form-data; boundary=x" },
      "415 unsupported_media_type",
    ],
    [
      "JSON's look-alike",
      { origin: "PAGE", "content-type": "text/plain; application/json" },
      "415 unsupported_media_type",
    ],
    ["our own", { origin: "PAGE", "sec-fetch-site": "same-origin" }, "200"],
  ];
  for (const [what, headers, expected] of cases) {
    test(what, async ({ demo, editor, cluster }) => {
      const body = JSON.stringify(wish(entry(cluster.own("wp-csrf"), "a.example")));
      const own = { cookie: editor.cookie, "content-type": "application/json", "content-length": String(body.length) };
      const sent = Object.entries({ ...own, ...headers }).map(([key, value]) => [
        key,
        value.replace("PAGE", demo.console),
      ]);
      for (const path of [PLANS, "/api/v1/plans/apply", "/api/v1/changes/revert", "/api/v1/session"]) {
        if (expected === "200" && path !== PLANS) continue;
        expect([path, outcome(await editor.raw("POST", path, Object.fromEntries(sent), body))]).toEqual([
          path,
          expected,
        ]);
      }
    });
  }
});

test("signing out needs our own page too, and takes the cookies away", async ({ demo, editor }) => {
  const foreign = await editor.raw("DELETE", "/api/v1/session", {
    cookie: editor.cookie,
    origin: "https://evil.example",
  });
  expect(outcome(foreign)).toBe("403 csrf");
  const own = await editor.raw("DELETE", "/api/v1/session", { cookie: editor.cookie, origin: demo.console });
  expect(own.status).toBe(204);
  expect(own.headers["set-cookie"]?.every((each) => / Max-Age=0;/.test(each))).toBe(true);
});

test("the session's cookie is for this server alone, and out of scripts' reach", async ({ demo }) => {
  const client = new Client(demo.console);
  const chosen = "meshscope=1.chosen-by-somebody-else";
  const answer = await client.post("/api/v1/session", { token: demo.kubernetes.tokens.viewer }, { cookie: chosen });
  expect(answer.status).toBe(204);
  expect(answer.headers["set-cookie"]?.length).toBeGreaterThan(0);
  for (const cookie of answer.headers["set-cookie"] ?? []) {
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(cookie.length).toBeLessThan(4096);
    expect(cookie).not.toContain("chosen-by-somebody-else");
  }
  // Each sign-in is another session.
  const again = await client.post("/api/v1/session", { token: demo.kubernetes.tokens.viewer });
  expect(again.headers["set-cookie"]).not.toEqual(answer.headers["set-cookie"]);
});

test("a session that was changed anywhere is nobody's, and is taken away", async ({ editor }) => {
  const [, prefix = "", text = ""] = /^(meshscope=\d\.)(.+)$/.exec(editor.cookie) ?? [];
  const role = async (cookie: string) => {
    const answer = await editor.get("/api/v1/session", { cookie });
    expect(answer.status).toBe(200);
    return {
      role: (JSON.parse(answer.body) as { role: string }).role,
      taken: answer.headers["set-cookie"] !== undefined,
    };
  };
  expect(await role(prefix + text)).toEqual({ role: "user", taken: false });
  const step = Math.max(1, Math.floor(text.length / 60));
  const changed: string[] = [];
  for (let at = 0; at < text.length; at += step) {
    // Of the last letter of a part only some bits count: a neighbour may say the same, its opposite never does.
    const letter = text[at] === "." ? "A" : text[at] === "A" ? "Q" : "A";
    changed.push(prefix + text.slice(0, at) + letter + text.slice(at + 1));
  }
  const others = [
    prefix,
    `meshscope=${text}`,
    `meshscope=2.${text}`,
    `meshscope=9.${text}`,
    `${prefix}${text}; meshscope.1=x`,
  ];
  const strange = [
    "meshscope=",
    "meshscope=1.",
    `${prefix}${text}${text}`,
    `${prefix}${"A".repeat(3800)}`,
    `${prefix}%00`,
  ];
  for (const cookie of [...changed, ...others, ...strange])
    expect([cookie, await role(cookie)]).toEqual([cookie, { role: "guest", taken: true }]);
});

test("what Next and proxies take for their own is believed from nobody", async ({ viewer }) => {
  const paths = [
    "/api/v1/policies?namespaces=orders",
    "/api/v1/session",
    `/api/v1/policies/${pathOf(entry("wp-none", ""))}`,
  ];
  const headers: readonly Record<string, string>[] = [
    { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
    { "x-middleware-subrequest": "middleware" },
    { "x-middleware-subrequest": "src/middleware:src/middleware:src/middleware" },
    { "x-middleware-rewrite": "/api/v1/session", "x-middleware-next": "1" },
    { "x-nextjs-data": "1", "x-matched-path": "/api/v1/session" },
    { "x-invoke-path": "/api/v1/session", "x-invoke-status": "200" },
    { rsc: "1", "next-router-prefetch": "1" },
    { rsc: "1", "next-router-segment-prefetch": "/_tree", "next-router-state-tree": "%5B%22%22%5D" },
    { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-uri": "/" },
    { "x-original-url": "/api/v1/session", "x-rewrite-url": "/api/v1/session" },
    { "next-action": "x" },
    { purpose: "prefetch" },
  ];
  const plainText = (body: string) => body.replace(/"requestId":"[^"]*"/, "").replace(/"asOf":"[^"]*"/, "");
  for (const path of paths) {
    const plain = await viewer.get(path);
    for (const more of headers) {
      const answer = await viewer.get(path, more);
      // Next sends its own prefetches to the same address with a hash of their headers.
      const [, onward] = /^(\/api\/[^\s]*?)[?&]_rsc=[^&]*$/.exec(answer.headers.location ?? "") ?? [];
      if (answer.status === 307) {
        expect(onward).toBe(path);
        continue;
      }
      expect([path, more, answer.status, plainText(answer.body)]).toEqual([
        path,
        more,
        plain.status,
        plainText(plain.body),
      ]);
    }
    const query = await viewer.get(`${path}${path.includes("?") ? "&" : "?"}_rsc=1abc&nxtPnamespace=shop`);
    expect([path, [plain.status, 400].includes(query.status)]).toEqual([path, true]);
  }
});

test("other spellings of an address show nothing that the plain one doesn't", async ({ viewer }) => {
  const secret = "/api/v1/policies/west-1/networking.istio.io/v1/VirtualService/orders/orders";
  const spellings = [
    `/${secret}`,
    secret.replace("/v1/VirtualService", "//v1/VirtualService"),
    secret.replace("/orders/", "%2forders%2f"),
    secret.replace("/orders/", "%5corders%5c"),
    secret.replace("/orders/", "\\orders\\"),
    secret.replace("/orders/orders", "/shop/../orders/orders"),
    secret.replace("/orders/orders", "/shop/%2e%2e/orders/orders"),
    secret.replace("/orders/orders", "/shop%2f..%2forders/orders"),
    secret.replace("/orders/", "/orders;x/"),
    secret.replace("/orders/", "/%6frders/"),
    secret.replace("/api/", "/API/"),
    secret.replace("/api/", "/en/api/"),
    `${secret}.rsc`,
    `${secret}/`,
    `/_next/data/x${secret}.json`,
    `/topology/..${secret}`,
    `http://127.0.0.1${secret}`,
  ];
  for (const path of spellings) {
    const answer = await viewer.raw("GET", path, { cookie: viewer.cookie });
    // A redirect to the plain address asks for the rights again.
    expect([path, answer.status >= 300]).toEqual([path, true]);
    expect([path, answer.status]).not.toEqual([path, 500]);
    expect([path, answer.body.includes("orders-v")]).toEqual([path, false]);
  }
});

test.describe("names that no object has are refused before anything is asked", () => {
  const at = (name: string) => `/api/v1/policies/west-1/networking.istio.io/v1/ServiceEntry/shop/${name}`;
  for (const name of [
    "%2e%2e",
    "%2e%2e%2fother",
    "..%2f..%2fsecrets",
    "a%00b",
    "a".repeat(254),
    "a%3fb",
    "a%23b",
    "%E2%98%83",
    "a%0d%0ab",
    "-",
  ]) {
    test(name.length > 60 ? `${name.length} letters` : name, async ({ viewer }) => {
      const answer = await viewer.get(at(name));
      expect([400, 404]).toContain(answer.status);
      expect(["bad_request", "bad_parameter", "not_found"]).toContain(problemOf(answer).code);
      const changes = await viewer.get(
        `/api/v1/changes?object=${encodeURIComponent(`west-1/networking.istio.io/v1/ServiceEntry/shop/${name}`)}`,
      );
      expect(outcome(changes)).toBe("400 bad_parameter");
    });
  }
});

test("bodies that are too long, too deep or no JSON are refused, and nothing of them comes back", async ({
  editor,
}) => {
  const canary = `wp-${randomBytes(8).toString("hex")}`;
  const long = JSON.stringify({ manifests: [], more: "x".repeat(1024 * 1024) });
  expect(outcome(await editor.send(PLANS, long))).toBe("413 too_large");
  const deep = (depth: number) =>
    `{"cluster":"west-1","manifests":[{"apiVersion":"networking.istio.io/v1","kind":"ServiceEntry","metadata":{"name":"wp-deep","namespace":"shop"},"spec":${"[".repeat(depth)}${"]".repeat(depth)}}]}`;
  for (const depth of [100, 10_000, 400_000]) {
    const begun = performance.now();
    const answer = await editor.send(PLANS, deep(depth));
    expect([depth, [400, 422].includes(answer.status)]).toEqual([depth, true]);
    expect(performance.now() - begun).toBeLessThan(5_000);
  }
  for (const text of [`{"${canary}`, canary, "", "[]", "null", `{"manifests":"${canary}"}`, `{"sealed":"${canary}"}`]) {
    const answer = await editor.send(PLANS, text);
    expect([text, answer.status]).toEqual([text, 400]);
    expect(answer.body).not.toContain(canary);
  }
  expect((await editor.get("/healthz")).status).toBe(200);
});
