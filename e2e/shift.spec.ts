import type { Manifest } from "#lib/policy/manifest.ts";
import { acknowledge, changedLines, expect, open, REVIEWS, ready, review, test, written } from "./support/change.ts";
import { kubectl } from "./support/kubectl.ts";

const SHIFT = `${REVIEWS}/shift`;
const OBJECT = "/policies/west-1/networking.istio.io/v1/VirtualService/shop/reviews";

type Demo = Parameters<typeof kubectl>[0];

/** Weights of v1 and v2 as the cluster has them. */
async function weights(demo: Demo): Promise<readonly unknown[]> {
  const text = await kubectl(demo, "-n", "shop", "get", "virtualservice", "reviews", "-o", "json");
  const { spec } = JSON.parse(text) as Manifest & { spec: { http: { route: { weight: number }[] }[] } };
  return spec.http[0]?.route.map(({ weight }) => weight) ?? [];
}

test("an editor shifts traffic and takes it back: read first, applied at once, observed, in the history", async ({
  page,
  demo,
  keep,
}) => {
  test.setTimeout(180_000);
  await keep("virtualservice/reviews");
  await open(page, REVIEWS);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await dialog.getByLabel("Token").fill(demo.kubernetes.tokens.editor);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("navigation", { name: "Actions" }).getByRole("link", { name: "Shift traffic" }).click();
  await expect(page.getByText("as editor · may change VirtualServices in shop")).toBeVisible();
  const share = (name: string) => page.locator(`[data-share=${name}]`);
  await expect(share("applied")).toHaveText("90 / 10");

  // The slider itself, by the mouse: the handle is dragged to the middle of its bar.
  const handle = page.getByRole("slider", { name: "Boundary between v1 and v2" });
  const bar = await handle.locator("..").boundingBox();
  if (bar === null) throw new Error("the slider isn't on the screen");
  const middle = bar.y + bar.height / 2;
  await page.mouse.move(bar.x + bar.width * 0.9, middle);
  await page.mouse.down();
  await page.mouse.move(bar.x + bar.width * 0.6, middle, { steps: 4 });
  await page.mouse.move(bar.x + bar.width * 0.4, middle, { steps: 4 });
  await page.mouse.up();
  await expect(handle).toHaveAttribute("aria-valuenow", "40");
  await expect(share("wanted")).toHaveText("40 / 60");
  await expect(share("applied")).toHaveText("90 / 10");
  expect(await weights(demo)).toEqual([90, 10]);

  await review(page);
  expect(await changedLines(page, "VirtualService reviews")).toEqual([
    "- weight: 90",
    "+ weight: 40",
    "- weight: 10",
    "+ weight: 60",
  ]);
  const apply = written(page).getByRole("button", { name: "Apply 40 / 60" });
  await expect(apply).toBeDisabled();
  await acknowledge(page);
  await written(page).getByLabel("Note for the history").fill("step 2 of reviews v2, OPS-418");
  expect(await weights(demo)).toEqual([90, 10]);
  await apply.click();

  await expect(written(page).getByText("Desired = applied")).toBeVisible();
  await expect(share("applied")).toHaveText("40 / 60");
  expect(await weights(demo)).toEqual([40, 60]);
  // Its own error bound decides: 95 % of readings lie within.
  await expect(share("observed")).toHaveAttribute("data-follows", "true", { timeout: 60_000 });
  const [seen = 0, bound = 0] = ((await share("observed").textContent()) ?? "").match(/[\d.]+/g)?.map(Number) ?? [];
  expect(bound).toBeGreaterThan(0);
  expect(Math.abs(seen - 60)).toBeLessThan(3 * bound);

  await written(page).getByRole("button", { name: "Undo" }).click();
  await expect(written(page).getByText("Taken back.")).toBeVisible();
  expect(await weights(demo)).toEqual([90, 10]);
  await expect(share("applied")).toHaveText("90 / 10");

  await open(page, OBJECT);
  const history = page.getByRole("complementary", { name: "About this object" });
  await expect(history.getByText("step 2 of reviews v2, OPS-418")).toBeVisible();
  await expect(history.getByText("Undo", { exact: true })).toBeVisible();
  await open(page, "/policies/changes?namespaces=shop");
  const list = page.getByRole("list", { name: "Changes" });
  const ours = list.getByRole("listitem").filter({ hasText: "editor" });
  await expect(ours.filter({ hasText: "step 2 of reviews v2, OPS-418" })).toHaveCount(1);
  await expect(ours.filter({ hasText: "Undo" }).filter({ hasText: "reviews" })).not.toHaveCount(0);
});

test("the same by keyboard alone", async ({ page, demo, enter, keep }) => {
  test.setTimeout(120_000);
  await keep("virtualservice/reviews");
  await enter("editor");
  await open(page, SHIFT);
  const focused = page.locator(":focus");
  /** Walks on by Tab until what has the focus fits. */
  const walkTo = async (name: RegExp) => {
    const names: string[] = [];
    for (let step = 0; step < 120; step += 1) {
      await page.keyboard.press("Tab");
      const [element] = await focused.all();
      const text = element === undefined ? "" : await element.ariaSnapshot();
      if (name.test(text)) return;
      // What has to be acknowledged depends on who wrote the object last.
      if (text.startsWith("- checkbox")) await page.keyboard.press("Space");
      names.push(text.split("\n")[0] ?? "");
    }
    throw new Error(`Tab never reaches ${String(name)}, only ${names.join(" | ")}`);
  };
  await walkTo(/^- slider "Boundary between v1 and v2"/);
  await page.keyboard.press("PageDown");
  for (let step = 0; step < 5; step += 1) await page.keyboard.press("ArrowLeft");
  await expect(page.locator("[data-share=wanted]")).toHaveText("75 / 25");
  await walkTo(/^- button "Review"/);
  await page.keyboard.press("Enter");
  await expect(written(page).getByText("✓ Server dry run passed")).toBeVisible();
  await walkTo(/^- textbox "Note for the history"/);
  await page.keyboard.type("by keys");
  await page.keyboard.press("Enter");
  await expect(written(page).getByText("Desired = applied")).toBeVisible();
  expect(await weights(demo)).toEqual([75, 25]);
  await walkTo(/^- button "Undo"/);
  await page.keyboard.press("Enter");
  await expect(written(page).getByText("Taken back.")).toBeVisible();
  expect(await weights(demo)).toEqual([90, 10]);
});

for (const who of ["viewer", "guest"] as const) {
  test(`a ${who} can do none of it and is told why`, async ({ page, enter }) => {
    if (who === "viewer") await enter("viewer");
    await open(page, SHIFT);
    await expect(
      page.getByRole("status").filter({
        hasText: "no right to patch virtualservices.networking.istio.io in namespace shop of cluster west-1",
      }),
    ).toBeVisible();
    const handle = page.getByRole("slider", { name: "Boundary between v1 and v2" });
    await expect(handle).toHaveAttribute("aria-disabled", "true");
    await handle.press("ArrowLeft");
    await expect(page.locator("[data-share=wanted]")).toHaveText("90 / 10");
    const abort = page.getByRole("button", { name: "Abort: all to v1" });
    await expect(abort).toBeDisabled();
    await expect(abort).toHaveAttribute("title", /no right to patch virtualservices/);
    for (const name of ["Switch all to v2", "Next step: v2 25 %", "v2: 1 % more"])
      await expect(page.getByRole("button", { name, exact: true })).toBeDisabled();
    await expect(page.getByRole("spinbutton", { name: "Share of v2 in percent" })).toBeDisabled();
    await expect(page.getByRole("button", { name: "Review" })).toHaveCount(0);
    // The server decides, not the button.
    const origin = new URL(page.url()).origin;
    const weights = [
      { version: "v1", percent: 50 },
      { version: "v2", percent: 50 },
    ];
    const service = { cluster: "west-1", namespace: "shop", name: "reviews" };
    const refused = await page.request.post("/api/v1/plans", {
      data: { intent: { kind: "shift", service, weights } },
      headers: { origin },
    });
    expect(((await refused.json()) as { code: string }).code).toBe(who === "viewer" ? "forbidden" : "view_only");
  });
}

test("a session that ends while a form is filled asks in place, and what was written goes on", async ({
  page,
  demo,
  enter,
  pageErrors,
}) => {
  pageErrors.expected.push(/status of 403/);
  await enter("editor");
  await open(page, SHIFT);
  await page.getByRole("spinbutton", { name: "Share of v2 in percent" }).fill("35");
  await expect(page.locator("[data-share=wanted]")).toHaveText("65 / 35");
  await review(page);
  await written(page).getByLabel("Note for the history").fill("kept over the end");
  // The cookie is gone, as it is once its time is over; the next answer says so.
  await page.context().clearCookies();
  await acknowledge(page);
  await written(page).getByRole("button", { name: "Apply 65 / 35" }).click();
  const dialog = page.getByRole("dialog", { name: "Sign in" });
  await expect(dialog).toBeVisible();
  await dialog.getByLabel("Token").fill(demo.kubernetes.tokens.editor);
  await dialog.getByRole("button", { name: "Sign in" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.locator("[data-share=wanted]")).toHaveText("65 / 35");
  await expect(page.getByText("as editor · may change VirtualServices in shop")).toBeVisible();
  await expect(written(page).getByLabel("Note for the history")).toHaveValue("kept over the end");
  expect(await weights(demo)).toEqual([90, 10]);
  await expect(written(page).getByRole("button", { name: "Apply 65 / 35" })).toBeEnabled();
});

test("the text and the slider are one draft", async ({ page, enter }) => {
  await enter("editor");
  await open(page, SHIFT);
  await page.getByRole("spinbutton", { name: "Share of v2 in percent" }).fill("30");
  await written(page).getByRole("tab", { name: "YAML" }).click();
  const text = written(page).locator(".cm-content");
  await expect(text).toContainText("weight: 30");
  await text.click();
  await page.keyboard.press("Control+f");
  await page.getByRole("textbox", { name: "Find" }).fill("weight: 70");
  await page.getByRole("textbox", { name: "Replace" }).fill("weight: 45");
  await page.getByRole("button", { name: "replace all" }).click();
  await page.getByRole("textbox", { name: "Find" }).fill("weight: 30");
  await page.getByRole("textbox", { name: "Replace" }).fill("weight: 55");
  await page.getByRole("button", { name: "replace all" }).click();
  await expect(page.locator("[data-share=wanted]")).toHaveText("45 / 55");
  await written(page).getByRole("tab", { name: "Plan" }).click();
  await review(page);
  expect(await changedLines(page, "VirtualService reviews")).toEqual([
    "- weight: 90",
    "+ weight: 45",
    "- weight: 10",
    "+ weight: 55",
  ]);
});

test("Abort plans the way back from wherever the form is", async ({ page, enter }) => {
  await enter("editor");
  await open(page, SHIFT);
  await page.getByRole("button", { name: "Switch all to v2" }).click();
  await expect(page.locator("[data-share=wanted]")).toHaveText("0 / 100");
  await page.getByRole("button", { name: "Abort: all to v1" }).click();
  await expect(written(page).getByText("✓ Server dry run passed")).toBeVisible();
  expect(await changedLines(page, "VirtualService reviews")).toEqual([
    "- weight: 90",
    "+ weight: 100",
    "- weight: 10",
    "+ weight: 0",
  ]);
  await ready(page);
});
