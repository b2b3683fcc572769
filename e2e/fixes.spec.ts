import { changedLines, expect, open, test } from "./support/change.ts";
import { feedKubectl } from "./support/kubectl.ts";

/** A host listed twice: taken, and likely not meant. */
const TWICE = {
  apiVersion: "networking.istio.io/v1",
  kind: "ServiceEntry",
  metadata: { name: "twice", namespace: "shop" },
  spec: {
    hosts: ["once.example.com", "twice.example.com", "twice.example.com"],
    ports: [{ number: 443, name: "tls", protocol: "TLS" }],
    resolution: "DNS",
  },
};

test("a finding's fix opens as a plan of exactly that edit", async ({ page, enter, demo, keep }) => {
  await keep("serviceentry/twice");
  await feedKubectl(demo, [TWICE], "create");
  await enter("editor");
  const found = async () => {
    const answer = await page.request.get("/api/v1/findings");
    const { items } = (await answer.json()) as { items: readonly { code: string; object: { name: string } }[] };
    return items.some(({ code, object }) => code === "value-odd" && object.name === "twice");
  };
  await expect.poll(found).toBe(true);
  await open(page, "/policies/findings");
  const item = page.getByRole("list", { name: "Findings" }).getByRole("listitem").filter({ hasText: "value-odd" });
  await expect(item).toContainText("twice.example.com is listed twice.");
  await item.getByRole("button", { name: "Plan the fix" }).click();
  await expect(page.getByText("✓ Server dry run passed").first()).toBeVisible();
  expect(await changedLines(page, "ServiceEntry twice")).toEqual(["- - twice.example.com"]);
});
