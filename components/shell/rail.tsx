"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { usePathname, useSearchParams } from "next/navigation";
import { Icon, type IconName } from "#components/ui/icon.tsx";
import { scopeSearch } from "./url-state.ts";

/** The places there are. One that doesn't exist yet has no link. */
const PLACES: readonly { readonly href: string; readonly title: string; readonly icon: IconName }[] = [
  { href: "/topology", title: "Topology", icon: "topology" },
  { href: "/services", title: "Services", icon: "services" },
  { href: "/traces", title: "Traces", icon: "traces" },
  { href: "/policies", title: "Policies", icon: "policies" },
];

export function Rail() {
  const path = usePathname();
  const scope = scopeSearch(new URLSearchParams(useSearchParams().toString()));
  return (
    <nav
      aria-label="Places"
      className="row-span-2 flex flex-col items-center gap-1 border-r border-line bg-sunken pt-2.5"
    >
      <Link
        href="/"
        aria-label="Meshscope"
        title="Meshscope"
        prefetch={false}
        className="grid size-10 place-items-center rounded-lg"
      >
        <svg
          viewBox="0 0 24 24"
          width="20"
          height="20"
          aria-hidden="true"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
        >
          <circle cx="12" cy="12" r="8.5" />
          <circle cx="12" cy="12" r="4" fill="currentColor" stroke="none" />
        </svg>
      </Link>
      {PLACES.map(({ href, title, icon }) => {
        const here = path.startsWith(href);
        return (
          <Link
            key={href}
            href={`${href}${scope}`}
            prefetch={false}
            title={title}
            aria-label={title}
            aria-current={here ? "page" : undefined}
            className={clsx(
              "grid size-10 place-items-center rounded-lg",
              here ? "bg-accent-bg text-accent" : "text-ink-3 hover:text-ink",
            )}
          >
            <Icon name={icon} size={20} />
          </Link>
        );
      })}
    </nav>
  );
}
