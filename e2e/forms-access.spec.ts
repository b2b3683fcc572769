import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, REVIEWS, review, test, written } from "./support/change.ts";

const PAGES = [
  ...["shift", "match", "mirror", "resilience", "fault", "destination"].map((form) => `${REVIEWS}/${form}`),
  "/policies/mtls",
  "/policies/egress?clusters=west-1&namespaces=shop",
  "/policies/authorization",
  "/policies/authorization/deny-by-default",
  "/policies/membership",
  "/policies/changes",
];

async function findings(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

for (const theme of ["light", "dark"] as const) {
  for (const path of PAGES) {
    test(`${path} has no serious finding in ${theme}`, async ({ page, enter }) => {
      await page.emulateMedia({ colorScheme: theme });
      await enter("editor");
      await open(page, path);
      expect(await findings(page)).toEqual([]);
    });
  }

  test(`a form that may only be read has no serious finding in ${theme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open(page, `${REVIEWS}/shift`);
    expect(await findings(page)).toEqual([]);
  });

  test(`a draft, its plan and its text have no serious finding in ${theme}`, async ({ page, enter }) => {
    await page.emulateMedia({ colorScheme: theme });
    await enter("editor");
    await open(page, `${REVIEWS}/shift`);
    await page.getByRole("spinbutton", { name: "Share of v2 in percent" }).fill("30");
    expect(await findings(page), "a draft").toEqual([]);
    await review(page);
    expect(await findings(page), "a plan").toEqual([]);
    await written(page).getByRole("tab", { name: "YAML" }).click();
    await written(page).locator(".cm-content").waitFor();
    expect(await findings(page), "its text").toEqual([]);
  });
}
