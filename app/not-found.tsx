import Link from "next/link";
import { FullPage } from "#components/shell/full-page.tsx";

export default function NotFound() {
  return (
    <FullPage
      title="There is no page at this address"
      text="The link may be older than this version of the console, or a character got lost on its way."
      action={<Link href="/topology">Go to the topology</Link>}
    />
  );
}
