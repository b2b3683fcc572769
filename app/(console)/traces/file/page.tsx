import type { Metadata } from "next";
import { TraceFilesPage } from "#components/traces/files/files-page.tsx";

export const metadata: Metadata = { title: "Files of traces" };

/** Traces of a file that was opened in this browser, `?key=KEY`; without it the files that it keeps. */
export default function TraceFilesRoute() {
  return <TraceFilesPage />;
}
