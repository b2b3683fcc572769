"use client";

import { clsx } from "clsx";
import Link from "next/link";
import { usePathname } from "next/navigation";

const PLACES = [
  { href: "/policies", title: "Objects" },
  { href: "/policies/findings", title: "Findings" },
  { href: "/policies/changes", title: "Changes" },
  { href: "/policies/mtls", title: "Mutual TLS" },
  { href: "/policies/egress", title: "Egress" },
  { href: "/policies/authorization", title: "Authorization" },
  { href: "/policies/membership", title: "Membership" },
  { href: "/policies/simulate", title: "Simulate" },
] as const;

/** What is said of a place to who hears it: here, or on a page under it. Objects' own pages stand beside the places. */
export function currentOf(path: string, href: string): "page" | "true" | undefined {
  if (path === href) return "page";
  return href !== PLACES[0].href && path.startsWith(`${href}/`) ? "true" : undefined;
}

/** The places of policies beside each other. */
export function PolicyPlaces() {
  const path = usePathname();
  return (
    <nav aria-label="Policies" className="flex flex-wrap gap-x-4 border-b border-line px-4">
      {PLACES.map(({ href, title }) => (
        <Link
          key={href}
          href={href}
          prefetch={false}
          aria-current={currentOf(path, href)}
          className={clsx(
            "-mb-px border-b-2 py-1.5",
            currentOf(path, href) !== undefined
              ? "border-accent font-semibold"
              : "border-transparent text-ink-2 hover:text-ink",
          )}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
