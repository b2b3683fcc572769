import { type ReactNode, Suspense } from "react";
import { PolicyPlaces } from "#components/change/policy-places.tsx";
import { Reminders } from "#components/policies/reminders.tsx";

/** What holds for every page of policies: what is in effect for a time, and the places beside each other. */
export default function PoliciesLayout({ children }: { readonly children: ReactNode }) {
  return (
    <div className="grid min-h-0 min-w-0 grid-cols-[minmax(0,1fr)] grid-rows-[auto_minmax(0,1fr)]">
      <div>
        <Suspense>
          <Reminders />
        </Suspense>
        <PolicyPlaces />
      </div>
      {children}
    </div>
  );
}
