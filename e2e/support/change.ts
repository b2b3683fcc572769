/** What browser tests of the write path share: people, objects that are put back, and the steps from a form to a plan. */
import type { Page } from "@playwright/test";
import type { Manifest } from "#lib/policy/manifest.ts";
import { feedKubectl, kubectl } from "./kubectl.ts";
import { test as base, expect } from "./test.ts";
import { ready } from "./topology.ts";

export { expect, ready };

const NAMESPACE = "shop";
export const REVIEWS = "/services/west-1/shop/reviews";
export type Person = "editor" | "viewer" | "admin";

interface Fixtures {
  /** Signs in without the dialog, which has tests of its own. */
  readonly enter: (who: Person) => Promise<void>;
  /** Objects of the shop, `kind/name`: after the test they are as they are now; those that aren't there yet are gone. */
  readonly keep: (...objects: string[]) => Promise<void>;
}

export const test = base.extend<Fixtures>({
  enter: async ({ page, demo }, provide) => {
    await provide(async (who) => {
      const answer = await page.request.post("/api/v1/session", {
        data: { token: demo.kubernetes.tokens[who] },
        headers: { origin: demo.console },
      });
      expect(answer.status()).toBe(204);
    });
  },
  keep: async ({ demo }, provide) => {
    const kept = new Map<string, Manifest | null>();
    await provide(async (...objects) => {
      for (const object of objects) {
        const text = await kubectl(demo, "-n", NAMESPACE, "get", object, "--ignore-not-found", "-o", "json");
        kept.set(object, text.trim() === "" ? null : (JSON.parse(text) as Manifest));
      }
    });
    for (const [object, manifest] of kept) {
      if (manifest === null) await kubectl(demo, "-n", NAMESPACE, "delete", object, "--ignore-not-found");
      else await feedKubectl(demo, [unversioned(manifest)], "replace");
    }
    if (kept.size === 0) return;
    await kubectl(
      demo,
      "-n",
      NAMESPACE,
      "delete",
      "controllerrevisions",
      "-l",
      "app.kubernetes.io/managed-by=meshscope",
    );
  },
});

/** What `kubectl replace` takes whatever happened in between. */
function unversioned({ metadata: { resourceVersion: _, ...metadata }, ...rest }: Manifest): Manifest {
  return { ...rest, metadata };
}

export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await ready(page);
}

/** The right half of every form: the draft, the plan, what became of it. */
export const written = (page: Page) => page.getByRole("complementary", { name: "What will be written" });

/** Asks the server for the plan of what the form says, and waits for it. */
export async function review(page: Page): Promise<void> {
  await written(page).getByRole("button", { name: "Review" }).click();
  await expect(written(page).getByText("✓ Server dry run passed").first()).toBeVisible();
}

/** Lines that a plan adds and removes in an object, `+ weight: 75`, `- weight: 90`. */
export async function changedLines(page: Page, object: string): Promise<readonly string[]> {
  const lines = page.getByRole("region", { name: `Difference of ${object}` }).getByRole("listitem");
  const texts = await lines.allTextContents();
  return texts.flatMap((text) => {
    const found = /^[+−](added|removed): (.*)$/s.exec(text);
    return found === null ? [] : [`${found[1] === "added" ? "+" : "-"} ${(found[2] ?? "").trim()}`];
  });
}

/** Ticks everything that has to be acknowledged, once the plan is there: the lab’s Prometheus knows no whole hour, so each has something. */
export async function acknowledge(page: Page): Promise<void> {
  await expect(written(page).getByRole("checkbox").first()).toBeVisible();
  for (const box of await written(page).getByRole("checkbox").all()) await box.check();
}
