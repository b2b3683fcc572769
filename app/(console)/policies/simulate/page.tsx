import type { Metadata } from "next";
import { SimulatePage } from "#components/security/simulate/simulate-page.tsx";

export const metadata: Metadata = { title: "Would this request pass?" };

/** Reads what is asked from the address. */
export default function Page() {
  return <SimulatePage />;
}
