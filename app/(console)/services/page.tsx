import type { Metadata } from "next";
import { ServiceList } from "#components/services/service-list.tsx";

export const metadata: Metadata = { title: "Services" };

/** The list reads its scope from the address, and its rows from the console's own API. */
export default function ServicesPage() {
  return <ServiceList />;
}
