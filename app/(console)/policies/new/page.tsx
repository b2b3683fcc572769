import type { Metadata } from "next";
import { NewPolicy } from "#components/policies/create/new-policy.tsx";

export const metadata: Metadata = { title: "New from YAML" };

/** Free YAML for any kind; nothing is written before its plan was read. */
export default function NewPolicyPage() {
  return <NewPolicy />;
}
