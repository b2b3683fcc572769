import { expect, it } from "vitest";
import { createAddress } from "./address.ts";

function opened(initial = "") {
  const log: string[] = [];
  let due: (() => void) | null = null;
  const address = createAddress(initial, {
    write: (text, how) => log.push(`${how} ${text}`),
    after: (_, call) => {
      due = call;
      return () => {
        due = null;
      };
    },
  });
  return { address, log, rest: () => due?.() };
}

it("shows a step at once and writes it at once", () => {
  const { address, log } = opened();
  address.change({ tab: "flame" });
  expect(address.get()).toBe("tab=flame");
  expect(log).toEqual(["push tab=flame"]);
});

it("shows small steps at once, and writes the last of them when they rest", () => {
  const { address, log, rest } = opened();
  address.change({ levels: 3 }, "replace");
  address.change({ levels: 2 }, "replace");
  expect(address.get()).toBe("levels=2");
  expect(log).toEqual([]);
  rest();
  expect(log).toEqual(["replace levels=2"]);
});

it("loses no small step to a step after it", () => {
  const { address, log, rest } = opened();
  address.change({ levels: 2 }, "replace");
  address.change({ tab: "spans" });
  rest();
  expect(log).toEqual(["replace levels=2", "push levels=2&tab=spans"]);
});

it("doesn't take its own late echo for somebody else's change", () => {
  const { address } = opened();
  address.change({ tab: "flame" });
  address.change({ tab: "spans" });
  address.change({ find: "cart" }, "replace");
  address.heard("tab=spans");
  expect(address.get()).toBe("tab=spans&q=cart");
});

it("follows Back and links, and forgets what rested", () => {
  const { address, log, rest } = opened("span=a");
  address.change({ levels: 1 }, "replace");
  address.heard("tab=flame");
  rest();
  expect(address.get()).toBe("tab=flame");
  expect(log).toEqual([]);
});

it("writes nothing that changes nothing", () => {
  const { address, log } = opened("tab=flame");
  address.change({ tab: "flame" });
  expect(log).toEqual([]);
});
