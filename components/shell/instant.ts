/** Instants as the console says them: local wall time, the date only when it isn't today's by the server's clock. */
import { serverNow } from "#lib/query/server-clock.ts";

const two = (n: number): string => String(n).padStart(2, "0");

/** A sentence of the server's, which knows no zone: its instants (RFC 3339, UTC) as everywhere else. */
export function sayInstants(text: string, now?: Date): string {
  return text.replaceAll(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z/g, (at) => sayInstant(at, now));
}

/** `14:02:10`, or `20 Aug 14:02:10` on another day than `now`. `at` is RFC 3339 or unix seconds. */
export function sayInstant(at: string, now: Date = new Date(serverNow())): string {
  const date = new Date(/^\d+(\.\d+)?$/.test(at) ? Number(at) * 1000 : at);
  if (Number.isNaN(date.getTime())) return at;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (date.toDateString() === now.toDateString()) return time;
  const month = date.toLocaleString("en", { month: "short" });
  return `${date.getDate()} ${month} ${time}`;
}
