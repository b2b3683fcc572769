/** Rules with faults, timeouts and copies in a few words, and calls with what their client's proxy counted; for tests. */
import type { Histogram } from "#lib/graph/observation.ts";
import type { Manifest } from "#lib/policy/manifest.ts";
import { perSecond } from "#lib/units.ts";
import type { ObservedCall } from "./calls.ts";
import { call, impact, lines, object } from "./impact.test-support.ts";
import type { Change } from "./sides.ts";

export const TO = "route: [{destination: {host: reviews}}]";
export const vs = (http: string, more = "hosts: [reviews]", place = "shop/r") =>
  object("VirtualService", place, `${more}, http: [${http}]`);
export const rule = (more: string) => vs(`{${TO}${more === "" ? "" : `, ${more}`}}`);
export const abort = (percent: number, status = "httpStatus: 503") =>
  `fault: {abort: {percentage: {value: ${percent}}, ${status}}}`;
export const delay = (percent: number, how: string) =>
  `fault: {delay: {percentage: {value: ${percent}}, fixedDelay: ${how}}}`;

/** Of 100 req/s: 10 above 100 ms, 4 above 250 ms, 1 above 1 s. */
export const HISTOGRAM: Histogram = {
  ...{ bounds: [100, 250, 1000, Number.POSITIVE_INFINITY], counts: [90, 96, 99, 100], sum: null },
};
type Request = NonNullable<ObservedCall["client"]>["requests"][number];
export const answered = (code: string, rate: number, flags = "-", grpc = false): Request => ({
  ...{ code, grpc, flags, rate: perSecond(rate), newborn: perSecond(0) },
});
export const FINE = [answered("200", 97), answered("500", 2), answered("503", 1, "UF")];
export const web = (more: Partial<ObservedCall> = {}): ObservedCall =>
  call("shop/web", "shop/reviews-v1", 100, { client: { requests: FINE, latency: HISTOGRAM }, ...more });

export const of = (
  changes: readonly Change[],
  calls: readonly ObservedCall[] = [web()],
  objects: readonly Manifest[] = [],
  more: Parameters<typeof impact>[3] = {},
) => lines(impact(changes, calls, objects, more));
export const PAIR = "shop/web > shop/reviews";
