import type { ExternalLink } from "./grafana.ts";

/** How links to other places look in a panel. */
export const LINK = "text-accent underline-offset-2 hover:underline";

/** Items of a list that lead out of the console, each to a page of its own. */
export function OutsideLinks({ links }: { readonly links: readonly ExternalLink[] }) {
  return links.map(({ title, href }) => (
    <li key={title}>
      <a href={href} target="_blank" rel="noopener noreferrer" className={LINK}>
        {title}
      </a>
    </li>
  ));
}
