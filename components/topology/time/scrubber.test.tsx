import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { sayInstant } from "#components/shell/instant.ts";
import { sayLooked } from "./looked-words.ts";
import { Scrubber } from "./scrubber.tsx";

const START = Date.parse("2026-08-20T13:00:00Z");
const STRETCH = { start: START, end: START + 3_600_000 };

/** What the slider says and where its thumb stands, in seconds after the axis's beginning. */
function slider(at: string | null, live = true) {
  const markup = renderToStaticMarkup(
    <Scrubber
      stretch={STRETCH}
      live={live}
      at={at}
      compared={null}
      stepMs={60_000}
      onHeld={() => undefined}
      onInstant={() => undefined}
    />,
  );
  const of = (name: string) => new RegExp(` ${name}="([^"]*)"`).exec(markup)?.[1];
  return { text: of("aria-valuetext"), title: of("title"), at: Number(of("value")) - START / 1000 };
}
const said = (at: string) => sayInstant(at);

describe("the slider says the instant that is looked at", () => {
  it.each([
    ["within the axis", "2026-08-20T13:20:05Z", said("2026-08-20T13:20:05Z"), 1205],
    ["at its beginning", "2026-08-20T13:00:00Z", said("2026-08-20T13:00:00Z"), 0],
    ["at its end, which is past", "2026-08-20T14:00:00Z", said("2026-08-20T14:00:00Z"), 3600],
    ["in the grain of its end", "2026-08-20T14:00:04Z", said("2026-08-20T14:00:04Z"), 3600],
    ["in unix seconds", "1787232005", said("1787232005"), 1787232005 - START / 1000],
    ["before it", "2026-08-20T09:30:00Z", `${said("2026-08-20T09:30:00Z")}, before this axis begins`, 0],
    ["after it", "2026-08-20T15:30:00Z", `${said("2026-08-20T15:30:00Z")}, after this axis ends`, 3600],
    ["of days ago", "2026-08-13T13:20:05Z", `${said("2026-08-13T13:20:05Z")}, before this axis begins`, 0],
    ["that can't be read", "soon", "soon", 3600],
  ])("%s", (_, at, text, place) => {
    expect(slider(at)).toEqual({ text, title: text, at: place });
    expect(sayLooked(STRETCH, at)).toBe(text);
  });

  it("and now where it follows time, also on an axis that begins elsewhere", () => {
    expect(slider(null)).toEqual({ text: "now", title: "now", at: 3600 });
    expect(slider(null, false).text).toBe("now");
    expect(sayLooked(STRETCH, null)).toBe("now");
  });
});
