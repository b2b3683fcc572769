import type { PanelSection } from "./items.ts";

/** A panel loads when the first one opens, and its numbers come a moment after. */
const PATIENCE_MS = 5000;

/**
 * Leads the eye and the focus to a section of this thing's panel, as soon as that is there; a log is opened, for that is what was
 * asked for. Nothing happens where the panel has no such section, nor where somebody has gone on to something else meanwhile.
 */
export function leadToSection(id: string, title: PanelSection): void {
  /** Where it was asked for: it may hold the focus a moment longer. */
  const menu = document.activeElement?.closest("[role=menu]");
  const free = (active: Element | null) =>
    active === null ||
    active === document.body ||
    menu?.contains(active) === true ||
    active.closest("[data-testid=graph], [data-testid=panel]") !== null;
  /** Whether there is nothing to wait for any more. */
  const lead = (): boolean => {
    const section = document.querySelector<HTMLElement>(
      `[data-panel-of="${CSS.escape(id)}"] section[data-section="${title}"]`,
    );
    if (section === null) return false;
    if (!free(document.activeElement)) return true;
    // `scrollIntoView` would scroll what lies around the panel, too, and take the map away from under the pointer.
    const body = section.closest<HTMLElement>("[data-panel-body]");
    body?.scrollBy(0, section.getBoundingClientRect().top - body.getBoundingClientRect().top);
    const button = section.querySelector<HTMLElement>("button[aria-expanded]");
    if (title === "Logs" && button?.getAttribute("aria-expanded") === "false") button.click();
    section.tabIndex = -1;
    (title === "Logs" ? (button ?? section) : section).focus({ preventScroll: true });
    return true;
  };
  if (lead()) return;
  const observer = new MutationObserver(() => {
    if (lead()) observer.disconnect();
  });
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["data-panel-of"],
  });
  AbortSignal.timeout(PATIENCE_MS).addEventListener("abort", () => observer.disconnect());
}
