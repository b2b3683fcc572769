import { describe, test } from "vitest";
import { vs } from "./cases.test-support.ts";
import { expectRefused, type Refused } from "./refused.test-support.ts";

const route = "route: [{destination: {host: reviews}}]";
const http = (more: string) => vs(`hosts: [reviews], http: [{${route}${more}}]`);
const rule = (more: string) => vs(`hosts: [reviews], http: [{${more}}]`);
const to = (destination: string) => rule(`route: [{destination: {${destination}}}]`);

const cases: readonly Refused[] = [
  ["a host of a destination", to, "host: 10.0.0.1", "host: reviews", "spec.http[0].route[0].destination.host"],
  ["a destination of all", to, "host: '*'", "host: '*.example.com'", "spec.http[0].route[0].destination.host"],
  [
    "a subset of a destination",
    to,
    "host: reviews, subset: a_b",
    "host: reviews, subset: v1",
    "spec.http[0].route[0].destination.subset",
  ],
  [
    "a port of a destination",
    to,
    "host: reviews, port: {}",
    "host: reviews, port: {number: 9080}",
    "spec.http[0].route[0].destination.port.number",
  ],
  [
    "no destination",
    (more) => rule(`route: [{weight: 100${more}}]`),
    "",
    ", destination: {host: reviews}",
    "spec.http[0].route[0]",
  ],
  [
    "no destination of a mirror",
    (more) => http(`, mirrors: [{percentage: {value: 1}${more}}]`),
    "",
    ", destination: {host: reviews}",
    "spec.http[0].mirrors[0]",
  ],
  [
    "a mirror of more than all of them",
    (value) => http(`, mirrors: [{destination: {host: reviews}, percentage: {value: ${value}}}]`),
    "101",
    "100",
    "spec.http[0].mirrors[0].percentage.value",
  ],
  [
    "a share that is too small",
    (value) => http(`, fault: {abort: {httpStatus: 500, percentage: {value: ${value}}}}`),
    "0.00001",
    "0.0001",
    "spec.http[0].fault.abort.percentage.value",
  ],
  [
    "a delay of no time",
    (value) => http(`, fault: {delay: {fixedDelay: ${value}}}`),
    "0s",
    "1ms",
    "spec.http[0].fault.delay.fixedDelay",
  ],
  ["a timeout of no time", http, ", timeout: 0s", ", timeout: 1m30s", "spec.http[0].timeout"],
  ["a timeout without a unit", http, ", timeout: '5'", ", timeout: .5s", "spec.http[0].timeout"],
  [
    "a backoff below a millisecond",
    http,
    ", retries: {attempts: 1, backoff: 1.5ms}",
    ", retries: {attempts: 1, backoff: 25ms}",
    "spec.http[0].retries.backoff",
  ],
  [
    "a status without a name",
    http,
    ", retries: {attempts: 1, retryOn: '306'}",
    ", retries: {attempts: 1, retryOn: '307'}",
    "spec.http[0].retries.retryOn",
  ],
  [
    "nothing behind a comma",
    http,
    ", retries: {attempts: 1, retryOn: '5xx,'}",
    ", retries: {attempts: 1, retryOn: 5xx}",
    "spec.http[0].retries.retryOn",
  ],
  [
    "a body of more than a megabyte",
    (size) => rule(`directResponse: {status: 200, body: {string: ${"x".repeat(Number(size))}}}`),
    "1048577",
    "1048576",
    "spec.http[0].directResponse.body",
  ],
  ["a delegate's delegate", (more) => vs(`http: [{${more}}]`), "delegate: {name: d}", route, "spec.http[0]"],
  ["a rule without routes", rule, "route: []", route, "spec.http[0]"],
];

describe("where calls go, and how long they take, as Istio refuses it", () => {
  test.each(cases)("%s", (...each) => expectRefused(each));
});
