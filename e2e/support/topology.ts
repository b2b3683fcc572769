import { expect, type Page } from "@playwright/test";

/** Opens the topology and waits until it can be used and has been painted. */
export async function openTopology(page: Page, query = ""): Promise<void> {
  await page.goto(`/topology${query}`);
  await ready(page);
  if (!query.includes("view=table")) {
    await page.waitForFunction(() => performance.getEntriesByName("topology:painted").length > 0);
  }
}

/** Waits until the page says that it can be used. */
export async function ready(page: Page): Promise<void> {
  await expect(page.locator("html")).toHaveAttribute("data-ready", "true", { timeout: 30_000 });
}

/** The rows of the table by name, as they are on the screen. */
export function row(page: Page, name: string) {
  return page.getByRole("table", { name: "Nodes and edges" }).getByRole("link", { name, exact: true });
}

export const panel = (page: Page) => page.getByTestId("panel");
