import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { PolicyPage } from "#components/policies/object/policy-page.tsx";
import { parseRefPath, refText } from "#lib/policy/ref.ts";

interface Props {
  readonly params: Promise<{ readonly path: readonly string[] }>;
}

/** Segments as they were before they were encoded; null where they can't name an object. */
function objectOf(path: readonly string[]) {
  try {
    return parseRefPath(path.map(decodeURIComponent));
  } catch {
    return null;
  }
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const object = objectOf((await params).path);
  return { title: object === null ? "Policies" : refText(object) };
}

/** One object, by its path: `{cluster}/{group}/{version}/{kind}/{namespace}/{name}`. */
export default async function ObjectPage({ params }: Props) {
  const object = objectOf((await params).path);
  if (object === null) notFound();
  return <PolicyPage object={object} />;
}
