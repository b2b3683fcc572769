import { expect, it } from "vitest";
import { asksLatency } from "./asks-latency.ts";
import { gone, made, object, turned } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

const vs = (http: string) => object("VirtualService", "shop/r", `hosts: [reviews], http: [${http}]`);
const weights = (a: number, more = "") => vs(`{route: [{weight: ${a}}, {weight: ${100 - a}}]${more}}`);
const route = (more: string) => ({
  ...object("HTTPRoute", "shop/h", `rules: [{backendRefs: []${more}}]`),
  apiVersion: "gateway.networking.k8s.io/v1",
});

it.each<[string, Change, boolean]>([
  ["weights alone", turned(weights(10), weights(20)), false],
  ["weights beside a timeout", turned(weights(10, ", timeout: 1s"), weights(20, ", timeout: 1s")), false],
  ["a timeout that comes", turned(weights(10), weights(10, ", timeout: 1s")), true],
  ["one that goes", gone(weights(10, ", timeout: 1s")), true],
  [
    "one for other calls",
    turned(vs("{match: [{port: 1}], timeout: 1s}"), vs("{match: [{port: 2}], timeout: 1s}")),
    true,
  ],
  ["of each attempt", made(vs("{retries: {attempts: 1, perTryTimeout: 1s}}")), true],
  ["faults", made(vs("{fault: {delay: {fixedDelay: 1s}}}")), false],
  ["of a route", turned(route(""), route(", timeouts: {request: 1s}")), true],
  ["another kind", made(object("AuthorizationPolicy", "shop/a", "")), false],
])("%s", (_, change, expected) => {
  expect(asksLatency([change])).toBe(expected);
});
