/** Hands a file to the browser's downloads. Browser only. */
export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The download has begun when the click is over; some browsers read the blob a moment later.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
