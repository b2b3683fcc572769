/** With a real control plane: what is applied in the browser is what istiod pushes to sidecars. */
import { acknowledge, expect, open, REVIEWS, review, test, written } from "./support/change.ts";
import { followProxy } from "./support/istiod.ts";

test("the weights that a slider set are those of the routes that istiod pushes", async ({
  page,
  demo,
  enter,
  keep,
}) => {
  test.setTimeout(180_000);
  await keep("virtualservice/reviews");
  const pushed = await followProxy(demo, "shop", "app=storefront");
  try {
    const weights = () => pushed.weights("reviews.shop.svc.cluster.local");
    await expect.poll(weights, { timeout: 30_000 }).toEqual({ v1: 90, v2: 10 });
    await enter("editor");
    await open(page, `${REVIEWS}/shift`);
    const handle = page.getByRole("slider", { name: "Boundary between v1 and v2" });
    for (let step = 0; step < 3; step += 1) await handle.press("PageDown");
    for (let step = 0; step < 7; step += 1) await handle.press("ArrowLeft");
    await expect(page.locator("[data-share=wanted]")).toHaveText("53 / 47");
    await review(page);
    expect(weights()).toEqual({ v1: 90, v2: 10 });
    await acknowledge(page);
    await written(page).getByRole("button", { name: "Apply 53 / 47" }).click();
    await expect(written(page).getByText("Desired = applied")).toBeVisible();
    await expect.poll(weights, { timeout: 30_000 }).toEqual({ v1: 53, v2: 47 });
    // The page asks istiod itself: the one proxy that follows it has taken the push.
    await expect(
      written(page).getByText(/✓ In effect: sent to 1 of \d+ prox(y|ies) since, and acknowledged/),
    ).toBeVisible();
    await written(page).getByRole("button", { name: "Undo" }).click();
    await expect(written(page).getByText("Taken back.")).toBeVisible();
    await expect.poll(weights, { timeout: 30_000 }).toEqual({ v1: 90, v2: 10 });
  } finally {
    await pushed.close();
  }
});

test("a PeerAuthentication that was applied is in the listener that istiod pushes", async ({
  page,
  demo,
  enter,
  keep,
  pageErrors,
}) => {
  test.setTimeout(180_000);
  // What was created is watched until its undo has deleted it.
  pageErrors.expected.push(/status of 404/);
  await keep("peerauthentication/cart");
  const pushed = await followProxy(demo, "shop", "app=cart");
  try {
    const plaintext = () => pushed.takesPlaintext(8080);
    await expect.poll(plaintext, { timeout: 30_000 }).toBe(true);
    await enter("editor");
    await open(page, "/policies/mtls?clusters=west-1");
    await page.getByLabel("Workloads with the label").fill("app=cart");
    await page.getByRole("button", { name: "Put it in the draft" }).click();
    // Callers in plaintext are seen in the namespace: strict is confirmed by its name.
    const confirm = page.getByRole("alert").getByRole("textbox");
    await confirm.fill("shop");
    await confirm.press("Enter");
    await review(page);
    expect(plaintext()).toBe(true);
    await acknowledge(page);
    await written(page).getByRole("button", { name: "Apply 1 change" }).click();
    await expect(written(page).getByText("Desired = applied")).toBeVisible();
    await expect.poll(plaintext, { timeout: 30_000 }).toBe(false);
    await written(page).getByRole("button", { name: "Undo" }).click();
    await acknowledge(page);
    await written(page).getByRole("button", { name: "Apply the undo" }).click();
    await expect.poll(plaintext, { timeout: 30_000 }).toBe(true);
  } finally {
    await pushed.close();
  }
});
