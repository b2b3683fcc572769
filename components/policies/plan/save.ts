import { saveFile } from "#components/ui/save-file.ts";

/** Offers text as a file. */
export function saveText(name: string, text: string, type = "application/yaml"): void {
  saveFile(new Blob([text], { type }), name);
}
