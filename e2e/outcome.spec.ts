import { AxeBuilder } from "@axe-core/playwright";
import type { ImpactAnswer } from "#lib/api/impact.ts";
import type { OutcomeAnswer } from "#lib/api/outcome.ts";
import type { ApplyAnswer } from "#lib/api/plans.ts";
import { expect, open, test } from "./support/change.ts";
import { feedKubectl } from "./support/kubectl.ts";

const NAME = "e2e-outcome-search";
const policy = (rule: object) => ({
  ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata: { name: NAME, namespace: "shop" } },
  spec: { selector: { matchLabels: { app: "search" } }, action: "DENY", rules: [rule] },
});
/** Matches nothing. */
const HARMLESS = policy({ from: [{ source: { namespaces: ["nowhere"] } }] });
/** Refuses every search of the storefront. */
const HARMFUL = policy({ from: [{ source: { namespaces: ["shop"] } }] });

const isSearch = ({ source, target }: { readonly source: string; readonly target: string }): boolean =>
  source === "west-1/shop/workload/storefront" && target === "west-1/shop/workload/search-v1";

test("what a plan foretold is what the lab counts, the page says so, and takes it back", async ({
  page,
  demo,
  enter,
  keep,
}) => {
  test.setTimeout(300_000);
  await keep(`authorizationpolicy/${NAME}`);
  await feedKubectl(demo, [HARMLESS], "create");
  await enter("editor");
  await open(page, "/policies/new?clusters=west-1&namespaces=shop");
  const file = { name: "deny.yaml", mimeType: "application/yaml", buffer: Buffer.from(JSON.stringify(HARMFUL)) };
  await page.getByLabel("File to open").setInputFiles(file);
  const plan = page.getByRole("complementary", { name: "What would be written" });
  const row = plan
    .getByRole("region", { name: "Impact on traffic seen" })
    .getByRole("listitem")
    .filter({ hasText: "shop/storefront" })
    .filter({ hasText: "shop/search-v1" })
    .first();
  // A lab that has just begun has been seen to call nobody yet, and the watch tells of the object a moment later.
  await expect(async () => {
    await page.getByRole("button", { name: "Plan", exact: true }).click();
    await expect(row).toContainText("certain", { timeout: 20_000 });
  }).toPass({ timeout: 120_000 });
  const asked = { cluster: "west-1", manifests: [HARMFUL] };
  const drafted = await page.request.post("/api/v1/meaning/impact", { data: asked, headers: { origin: demo.console } });
  const { objects } = (await drafted.json()) as ImpactAnswer;
  expect(objects[0]?.impact?.find(isSearch)).toMatchObject({ verdict: "denied", certainty: "certain" });
  for (const box of await plan.getByRole("checkbox").all()) await box.check();
  const answered = page.waitForResponse((each) => each.url().endsWith("/plans/apply"));
  await plan.getByRole("button", { name: "Apply 1 change" }).click();
  const { steps } = (await (await answered).json()) as ApplyAnswer;
  expect(steps).toMatchObject([{ result: "applied" }]);

  const outcome = page.getByRole("region", { name: "Predicted and measured" });
  const judged = outcome.getByRole("listitem").filter({ hasText: "shop/search-v1" }).first();
  await expect(judged).toContainText(/Predicted: [\d.]+ req\/s refused, certain/, { timeout: 60_000 });
  await expect(judged).toContainText("as predicted", { timeout: 120_000 });

  // The simulator's own counts of the same seconds: all of the calls were refused.
  const path = `/api/v1/changes/${steps[0]?.changeId}/outcome`;
  const told = (await (await page.request.get(path)).json()) as OutcomeAnswer;
  const { measured } = told.items.find(({ item }) => isSearch(item)) ?? {};
  const span = `start=${Date.parse(told.from) / 1000}&end=${Date.parse(told.to) / 1000}`;
  const edges = (await (await fetch(`${demo.truth}/edges?${span}`)).json()) as readonly {
    readonly source: string;
    readonly target: string;
    readonly requests: number;
    readonly denied?: number;
  }[];
  const counted = edges.find(isSearch);
  expect(counted?.requests).toBeGreaterThan(30);
  const share = (counted?.denied ?? 0) / (counted?.requests ?? 1);
  expect(measured?.low).toBeLessThanOrEqual(share + 0.05);
  expect(measured?.high).toBeGreaterThanOrEqual(share - 0.05);
  expect(told.findings.filter((each) => each.ours && isSearch(each))).toEqual([]);

  await open(page, "/policies/changes?clusters=west-1&namespaces=shop");
  const change = page.getByRole("list", { name: "Changes" }).getByRole("listitem").filter({ hasText: NAME });
  await change.getByRole("button", { name: "What became of it" }).first().click();
  await expect(judged).toContainText("as predicted", { timeout: 60_000 });
  const { violations } = await new AxeBuilder({ page }).include('[aria-label="Predicted and measured"]').analyze();
  expect(violations.filter((each) => each.impact === "serious" || each.impact === "critical")).toEqual([]);
  await change.getByRole("button", { name: "Undo" }).click();
  await expect(change.getByText("Taken back.")).toBeVisible({ timeout: 60_000 });
});
