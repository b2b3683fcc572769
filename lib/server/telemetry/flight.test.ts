import { describe, expect, it } from "vitest";
import { problemOf } from "#lib/errors.ts";
import { SingleFlight } from "./flight.ts";

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("SingleFlight", () => {
  it("runs once for many, and again afterwards", async () => {
    const flights = new SingleFlight<number>();
    let runs = 0;
    const work = async () => ++runs;
    expect(await Promise.all([flights.run("a", work), flights.run("a", work), flights.run("b", work)])).toEqual([
      1, 1, 2,
    ]);
    expect(await flights.run("a", work)).toBe(3);
    expect(flights.size).toBe(0);
  });

  it("hands a failure to everyone and forgets it", async () => {
    const flights = new SingleFlight<number>();
    const fail = async () => Promise.reject(new Error("no"));
    const both = await Promise.allSettled([flights.run("a", fail), flights.run("a", fail)]);
    expect(both.map((each) => each.status)).toEqual(["rejected", "rejected"]);
    expect(await flights.run("a", async () => 1)).toBe(1);
  });

  it("goes on while one still waits, and stops when the last leaves", async () => {
    const flights = new SingleFlight<number>();
    const gate = deferred<number>();
    const seen: AbortSignal[] = [];
    const work = (signal: AbortSignal) => {
      seen.push(signal);
      return gate.promise;
    };
    const [first, second] = [new AbortController(), new AbortController()];
    const one = flights.run("a", work, first.signal).catch((thrown: unknown) => problemOf(thrown).code);
    const two = flights.run("a", work, second.signal).catch((thrown: unknown) => problemOf(thrown).code);
    first.abort();
    expect(await one).toBe("cancelled");
    expect(seen[0]?.aborted).toBe(false);
    second.abort();
    expect(await two).toBe("cancelled");
    expect(seen[0]?.aborted).toBe(true);
    const late = flights.run("a", work);
    expect(seen).toHaveLength(2);
    gate.resolve(7);
    expect(await late).toBe(7);
  });
});
