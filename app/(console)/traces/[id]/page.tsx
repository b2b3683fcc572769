import type { Metadata } from "next";
import { TracePage } from "#components/traces/one/trace-page.tsx";

interface Props {
  readonly params: Promise<{ readonly id: string }>;
}

/** What Next hands over is encoded still; what can't be decoded is no trace's id either way. */
async function idOf({ params }: Props): Promise<string> {
  const { id } = await params;
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  // The id of a trace of a file ends with the trace's own.
  const own = (await idOf(props)).split("~").at(-1) ?? "";
  return { title: `Trace ${own.slice(0, 8)}` };
}

/** One trace. Its spans come to a worker of the page, never through this response. */
export default async function OneTracePage(props: Props) {
  const id = await idOf(props);
  return <TracePage key={id} id={id} />;
}
