import { type ReactNode, Suspense } from "react";
import { Reminders } from "#components/policies/reminders.tsx";

/** What holds for every page of services: faults and dry runs that are in effect. */
export default function ServicesLayout({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid min-h-0 min-w-0 grid-rows-[auto_minmax(0,1fr)]">
      <div>
        <Suspense>
          <Reminders />
        </Suspense>
      </div>
      {children}
    </div>
  );
}
