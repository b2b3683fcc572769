import { describe, expect, it } from "vitest";
import { Keyed } from "./keyed.ts";
import { Wheel } from "./wheel.ts";

describe("Keyed", () => {
  it("never works on a key twice at once, and once more for what came meanwhile", async () => {
    const queue = new Keyed(4, () => undefined);
    let running = 0;
    let runs = 0;
    const work = async (): Promise<void> => {
      running += 1;
      expect(running).toBe(1);
      await Promise.resolve();
      running -= 1;
      runs += 1;
    };
    queue.add("a", work);
    queue.add("a", work);
    queue.add("a", work);
    await queue.idle();
    expect(runs).toBe(2);
  });

  it("tries again what failed, and says so", async () => {
    const said: string[] = [];
    const queue = new Keyed(1, (key) => said.push(key));
    let left = 2;
    queue.add("a", async () => {
      if (left-- > 0) throw new Error("not yet");
    });
    await queue.idle();
    expect(left).toBe(-1);
    expect(said).toEqual(["a", "a"]);
  });

  it("is idle at once with nothing to do", async () => {
    await expect(new Keyed(1, () => undefined).idle()).resolves.toBeUndefined();
  });
});

describe("Wheel", () => {
  it("runs the past at once, the future in its tick, in order", () => {
    const wheel = new Wheel(100, 1000);
    const ran: string[] = [];
    wheel.at(1050, () => ran.push("now"));
    wheel.at(1350, () => ran.push("later"));
    wheel.at(1150, () => {
      ran.push("soon");
      wheel.at(1160, () => ran.push("nested"));
    });
    expect(ran).toEqual(["now"]);
    wheel.advance(1300);
    expect(ran).toEqual(["now", "soon", "nested", "later"]);
  });
});
