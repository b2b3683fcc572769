import type { Page } from "@playwright/test";
import { INSTANT } from "./support/instant.ts";
import { kubectl } from "./support/kubectl.ts";
import { expect, test } from "./support/test.ts";
import { openTopology, panel, ready } from "./support/topology.ts";

/** Answers /marks with one change of a while ago, and one kind of which nothing is known. */
async function withMarks(page: Page): Promise<void> {
  const at = new Date(Date.now() - 20_000).toISOString();
  await page.route("**/api/v1/marks?*", (route) =>
    route.fulfill({
      json: {
        items: [{ at, kind: "policy", text: "VirtualService shop/reviews: weights 90/10", who: "editor" }],
        knownSince: [
          { kind: "policy", since: new Date(Date.now() - 3_600_000).toISOString(), text: "" },
          { kind: "restart", since: null, text: "the last of each pod" },
        ],
      },
    }),
  );
}

const axis = (page: Page) => page.getByTestId("time-axis");

test("an instant is typed, looked at, and left again", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.getByRole("button", { name: /last 1 m/ }).click();
  const box = page.getByRole("textbox", { name: "Instant to look at" });
  await box.fill("in a while");
  await page.getByRole("button", { name: "Look", exact: true }).click();
  await expect(page.getByText("Write now-15m, 14:00, or 2026-08-20 14:00.")).toBeVisible();
  await box.fill("now-30s");
  await box.press("Enter");
  await expect(page).toHaveURL(/at=20/);
  await expect(page.getByRole("button", { name: new RegExp(`^At ${INSTANT}`) })).toBeVisible();
  await axis(page).getByRole("button", { name: "Back to live" }).click();
  await expect(page).not.toHaveURL(/at=/);
});

test("brackets step through time, and a step beyond now follows time again", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/at=20/);
  const first = new URL(page.url()).searchParams.get("at") ?? "";
  await page.keyboard.press("[");
  await expect
    .poll(() => Date.parse(first) - Date.parse(new URL(page.url()).searchParams.get("at") ?? first))
    .toBe(60_000);
  await page.keyboard.press("]");
  await expect(page).toHaveURL(/at=20/);
  // Now has moved on meanwhile: as many steps as it takes.
  await expect(async () => {
    await page.keyboard.press("]");
    expect(page.url()).not.toContain("at=");
  }).toPass();
});

test("the axis says since when changes are known, and a change leads to before and after", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.keyboard.press("h");
  await expect(axis(page)).toContainText(
    new RegExp(`Known: policies since ${INSTANT}; restarts: the last of each pod\\.`),
  );
  await axis(page)
    .getByRole("button", { name: /weights 90\/10, editor/ })
    .click();
  await expect(page.getByRole("menuitem", { name: "Compare before with after" })).toBeVisible();
  await page.getByRole("menuitem", { name: /just before/ }).click();
  await expect(page).toHaveURL(/at=20/);
});

test("the slider is worked by keys: back a step, and to the end again", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.keyboard.press("h");
  const slider = axis(page).getByRole("slider", { name: "Instant to look at" });
  await expect(slider).toHaveAttribute("aria-valuetext", "now");
  await slider.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page).toHaveURL(/at=20/);
  await expect(slider).toHaveAttribute("aria-valuetext", new RegExp(INSTANT));
  await page.keyboard.press("End");
  await expect(page).not.toHaveURL(/at=/);
});

test("while the slider is held, the top bar says the instant that is shown", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.keyboard.press("h");
  const chip = page.getByRole("button", { name: /· last / });
  await expect(chip).toContainText("Live");
  await axis(page).getByRole("slider", { name: "Instant to look at" }).focus();
  // Frames are read when a hand is first on it.
  await expect(async () => {
    await page.keyboard.down("ArrowLeft");
    await expect(chip).toContainText(new RegExp(`^At ${INSTANT}`), { timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
  expect(new URL(page.url()).searchParams.get("at")).toBeNull();
  await page.keyboard.up("ArrowLeft");
  await expect(page).toHaveURL(/at=20/);
});

test("a replay goes from frame to frame until it is stopped", async ({ page }) => {
  await withMarks(page);
  await openTopology(page);
  await page.keyboard.press("h");
  await axis(page).getByRole("combobox", { name: "Length of the axis" }).selectOption("1m");
  await axis(page).getByRole("combobox", { name: "Speed" }).selectOption("4");
  await axis(page).getByRole("button", { name: "Replay" }).click();
  const at = () => new URL(page.url()).searchParams.get("at");
  await expect.poll(at).not.toBeNull();
  const first = at();
  await expect.poll(at, { timeout: 20_000 }).not.toBe(first);
  await axis(page).getByRole("button", { name: "Stop the replay" }).click();
  await expect(axis(page).getByRole("button", { name: "Replay" })).toBeVisible();
  expect(Date.parse(at() ?? "")).toBeGreaterThan(Date.parse(first ?? ""));
});

test("the frames of a replay are read at once: what lies between is neither asked for nor waited for", async ({
  page,
}) => {
  await withMarks(page);
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/v1/graph/")) asked.push(pathname.slice("/api/v1/graph/".length));
  });
  await openTopology(page);
  await page.keyboard.press("h");
  await axis(page).getByRole("combobox", { name: "Length of the axis" }).selectOption("1m");
  await axis(page).getByRole("combobox", { name: "Speed" }).selectOption("4");
  const came = page.waitForResponse(/\/graph\/frames\?/);
  await axis(page).getByRole("button", { name: "Replay" }).click();
  expect((await came).status()).toBe(200);
  const at = () => new URL(page.url()).searchParams.get("at") ?? "";
  const second = await axis(page).getByTestId("frames").textContent();
  expect(second).not.toMatch(/one at a time/);
  const before = { streams: asked.filter((path) => path === "stream").length, at: at() };
  await expect.poll(() => Date.parse(at()) - Date.parse(before.at), { timeout: 20_000 }).toBeGreaterThan(15_000);
  expect(asked.filter((path) => path === "stream")).toHaveLength(before.streams);
  expect(asked.filter((path) => path === "frames")).toHaveLength(1);
});

test("a window to compare with is in the address, said on the page, and left with one press", async ({
  page,
  replay,
}) => {
  await withMarks(page);
  await page.goto(`${replay.url}/topology`);
  await ready(page);
  await page.getByRole("button", { name: /last 1 m/ }).click();
  await page.getByRole("button", { name: "one window earlier" }).click();
  await expect(page).toHaveURL(/compareAt=/);
  await expect(panel(page).getByRole("heading", { level: 2 })).toHaveText("The whole view");
  await expect(page.getByTestId("compare")).toContainText(new RegExp(`Compared with ${INSTANT}`));
  await page.getByRole("button", { name: "Stop comparing" }).click();
  await expect(page).not.toHaveURL(/compareAt|selected/);
});

test("a rollout in the cluster becomes a mark of the axis, and so do those that the lab began with", async ({
  page,
  demo,
}) => {
  test.setTimeout(120_000);
  await openTopology(page, "?namespaces=orders");
  await page.keyboard.press("h");
  const signs = axis(page).locator("[data-mark]");
  await expect(axis(page)).toContainText("Known: ");
  await expect(axis(page)).toContainText(/deployments: Rollouts whose ReplicaSets are still kept/i);
  const now = await kubectl(demo, "-n", "orders", "get", "replicasets", "-o", "name");
  const value = new Date().toISOString();
  // What "kubectl rollout restart" writes. Nobody calls it, and it has no proxy: what else is counted stays as it is.
  const metadata = { annotations: { "kubectl.kubernetes.io/restartedAt": value } };
  const patch = JSON.stringify({ spec: { template: { metadata } } });
  await kubectl(demo, "-n", "orders", "patch", "deployment", "till", "--type=merge", "-p", patch);
  let made = "";
  await expect
    .poll(
      async () => {
        const sets = (await kubectl(demo, "-n", "orders", "get", "replicasets", "-o", "name")).split("\n");
        made = sets.find((name) => name.includes("/till-") && !now.includes(name))?.split("/")[1] ?? "";
        return made;
      },
      { timeout: 30_000 },
    )
    .not.toBe("");
  const sign = axis(page).getByRole("button", { name: new RegExp(`ReplicaSet ${made}`) });
  await expect(sign).toBeVisible({ timeout: 40_000 });
  await expect(signs.first()).toBeVisible();
  await sign.click();
  await page.getByRole("menuitem", { name: /just before/ }).click();
  await expect(page).toHaveURL(/at=20/);
  expect(Date.parse(new URL(page.url()).searchParams.get("at") ?? "")).toBeLessThanOrEqual(Date.parse(value) + 5_000);
});

test("an axis begins where somebody says, and ends now again", async ({ page }) => {
  await withMarks(page);
  const at = `${new Date(Date.now() - 60_000).toISOString().slice(0, 17)}00Z`;
  await openTopology(page, `?at=${at}`);
  const slider = axis(page).getByRole("slider", { name: "Instant to look at" });
  await axis(page).getByRole("combobox", { name: "Length of the axis" }).selectOption("1m");
  await axis(page).getByRole("button", { name: "Begin the axis here" }).click();
  await expect(slider).toHaveAttribute("min", String(Date.parse(at) / 1000));
  await expect(slider).toHaveAttribute("max", String(Math.min(Date.parse(at) / 1000 + 60)));
  // Its end is no longer now: whoever goes there looks at that instant.
  await slider.focus();
  await page.keyboard.press("End");
  await expect(page).toHaveURL(new RegExp(`at=${new Date(Date.parse(at) + 60_000).toISOString().slice(0, 13)}`));
  await expect(slider).not.toHaveAttribute("aria-valuetext", "now");
  await axis(page).getByRole("button", { name: "Up to now" }).click();
  await page.keyboard.press("h");
  await expect(axis(page)).toHaveCount(0);
  await expect(page).toHaveURL(/axis=off/);
  await page.reload();
  await ready(page);
  await expect(axis(page)).toHaveCount(0);
});

test("the axis' length and beginning are in the address: in links, over a reload, and Back and Forward step through them", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await withMarks(page);
  const at = `${new Date(Date.now() - 120_000).toISOString().slice(0, 17)}00Z`;
  await openTopology(page, `?at=${at}&axisLength=7m&axisFrom=yesterday`);
  const length = axis(page).getByRole("combobox", { name: "Length of the axis" });
  const slider = axis(page).getByRole("slider", { name: "Instant to look at" });
  // What isn't a length, or an instant, is none.
  await expect(length).toHaveValue("1h");
  await expect(axis(page).getByRole("button", { name: "Begin the axis here" })).toBeVisible();
  await length.selectOption("6h");
  await expect(page).toHaveURL(/axisLength=6h/);
  await length.selectOption("1m");
  await axis(page).getByRole("button", { name: "Begin the axis here" }).click();
  const begun = String(Date.parse(at) / 1000);
  await expect(slider).toHaveAttribute("min", begun);

  await page.goBack();
  await expect(slider).not.toHaveAttribute("min", begun);
  await expect(length).toHaveValue("1m");
  await page.goBack();
  await expect(length).toHaveValue("6h");
  await page.goForward();
  await page.goForward();
  await expect(slider).toHaveAttribute("min", begun);

  await page.getByRole("button", { name: "Share", exact: true }).click();
  await page.getByRole("button", { name: "Copy the link", exact: true }).click();
  await expect(page.getByText("Link copied.")).toBeVisible();
  await page.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await ready(page);
  await expect(length).toHaveValue("1m");
  await expect(slider).toHaveAttribute("min", begun);
  await expect(slider).toHaveAttribute("max", String(Number(begun) + 60));
  await axis(page).getByRole("button", { name: "Back to live" }).click();
  await expect(page).toHaveURL(/axisLength=1m/);
  await expect(page).not.toHaveURL(/axisFrom/);
});
