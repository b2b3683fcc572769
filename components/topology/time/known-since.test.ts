import { describe, expect, it } from "vitest";
import { knownSince } from "./known-since.ts";

const now = new Date(2026, 7, 20, 15, 0, 0);

describe("since when changes are known", () => {
  it("is said for each kind, and for those of which nothing is", () => {
    const since = new Date(2026, 7, 20, 14, 2, 0).toISOString();
    expect(
      knownSince(
        {
          knownSince: [
            { kind: "policy", since, text: "each manager's last write" },
            { kind: "restart", since: null, text: "the last of each pod." },
          ],
        },
        now,
      ),
    ).toBe("Known: policies since 14:02:00; restarts: the last of each pod.");
  });

  it("is said where there is nothing", () => {
    expect(knownSince({ knownSince: [] }, now)).toBe("Nothing is known of changes.");
  });
});
