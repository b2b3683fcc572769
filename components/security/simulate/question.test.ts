import { expect, test } from "vitest";
import { simulationRequestSchema } from "#lib/api/simulation.ts";
import { questionOf } from "./question.ts";

const of = (text: string) => questionOf(new URLSearchParams(text));
const BASE = "cluster=west&client=shop/web&service=shop/reviews&port=80";

test.each([
  ["", null],
  ["cluster=west", null],
  ["client=shop/web", "Name the cluster."],
  [
    "cluster=west&client=shop/web",
    "Name the service as namespace/name, or a ServiceEntry’s host as namespace/name/host.",
  ],
  ["cluster=west&service=shop/reviews", "Name the service’s port, 1 to 65535."],
  ["cluster=west&service=shop/reviews&port=80", "Name the client’s workload as namespace/name."],
  [
    "cluster=west&service=shop/reviews&port=80&from=account&client=x",
    "Name the client’s service account as namespace/account.",
  ],
  [`${BASE}&headers=nothing`, "Write headers one a line, as name: value."],
  [
    `${BASE}&jwt=valid&place=somewhere`,
    "Write where the JWT is carried as “header x-jwt”, “header Authorization: Bearer”, “param token” or “cookie session”.",
  ],
  [`${BASE}&jwt=valid&claims=nothing`, "Write claims one a line, as name: value."],
] as const)("%j asks for what is missing", (text, said) => {
  expect(of(text)).toBe(said);
});

test("an address is a question; what is empty isn't known", () => {
  const base = { cluster: "west", service: { namespace: "shop", name: "reviews" }, port: 80 };
  const client = { kind: "workload", namespace: "shop", name: "web" };
  expect(of(`${BASE}&method=&path=`)).toEqual({ ...base, client });
  const more =
    "&method=GET&path=/a?b&host=h&sni=x.com&headers=X-A:%201%0AY:2&jwt=valid&issuer=i&subject=s&claims=group:%20ops&auto=off";
  const asked = of(BASE + more.replace("?b", "%3Fb"));
  expect(asked).toEqual({
    ...{
      ...base,
      client,
      method: "GET",
      path: "/a?b",
      host: "h",
      sni: "x.com",
      headers: { "X-A": "1", Y: "2" },
      autoMtls: false,
    },
    token: { valid: true, issuer: "i", subject: "s", claims: { group: ["ops"] } },
  });
  expect(simulationRequestSchema.parse(asked)).toEqual(asked);
  expect(of(`${BASE}&from=outside&ip=10.0.0.1&jwt=none`)).toEqual({
    ...{ ...base, client: { kind: "outside", ip: "10.0.0.1" }, token: "none" },
  });
  expect(of(`${BASE}&sni=none`)).toEqual({ ...base, client, sni: "" });
  const entry = of(BASE.replace("shop/reviews", "shop/api/api.example.com"));
  expect(entry).toEqual({ ...base, client, service: { namespace: "shop", name: "api", host: "api.example.com" } });
  expect(simulationRequestSchema.parse(entry)).toEqual(entry);
  const pod = of(`${BASE}&to=pod`);
  expect(pod).toEqual({ ...base, client, service: { namespace: "shop", name: "reviews", pod: true } });
  expect(simulationRequestSchema.parse(pod)).toEqual(pod);
  expect(of(`${BASE}&to=pod`.replace("shop/reviews", "a/b/c"))).toBe("Name the workload as namespace/name.");
  expect(
    simulationRequestSchema.safeParse({
      ...base,
      client,
      service: { namespace: "a", name: "b", host: "c", pod: true },
    }),
  ).toMatchObject({ success: false });
});

test.each([
  ["header x-jwt", { kind: "header", name: "x-jwt" }],
  ["header Authorization: Bearer", { kind: "header", name: "Authorization", before: "Bearer " }],
  ["param token", { kind: "param", name: "token" }],
  ["cookie session", { kind: "cookie", name: "session" }],
] as const)("%j is where a JWT is carried", (text, place) => {
  const asked = of(`${BASE}&jwt=valid&place=${encodeURIComponent(text)}`);
  expect(asked).toMatchObject({ token: { valid: true, place } });
  expect(simulationRequestSchema.parse(asked)).toEqual(asked);
});
