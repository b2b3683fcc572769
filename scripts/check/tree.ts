/** A tracked text file. */
export interface TreeFile {
  readonly path: string;
  readonly text: string;
}

const longest = 500;
const usual = 300;
/** Share of source files that must stay under `usual` lines. */
const usualShare = 0.95;
const sources = /\.(tsx?|[cm]?js|css)$/;
/** Made by a program, and named so: nobody reads them from top to bottom. */
const generated = /\.gen\.|^package-lock\.json$|\/go\.sum$/;

/** What is wrong with files by size, one sentence each. Files that programs made (*.gen.*) don't count. */
export function sizeProblems(files: readonly TreeFile[]): string[] {
  const lengths = files
    .filter(({ path }) => sources.test(path) && !generated.test(path))
    .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }));
  const tooLong = lengths.filter(({ lines }) => lines > longest);
  const long = lengths.filter(({ lines }) => lines >= usual);
  const problems = tooLong.map(
    ({ path, lines }) => `${path} has ${lines} lines; no file may have more than ${longest}.`,
  );
  if (long.length > lengths.length * (1 - usualShare)) {
    const names = long.map(({ path, lines }) => `${path} (${lines})`).join(", ");
    problems.push(
      `${long.length} of ${lengths.length} files have ${usual} lines or more; at most ${(1 - usualShare).toLocaleString("en", { style: "percent" })} may: ${names}.`,
    );
  }
  return problems;
}

/** Places that exist on one machine alone: somebody's home, a build machine's mounts. */
const machinePath = /(?<![\w.:/-])\/(?:root|home\/[a-z][\w-]*|Users\/[A-Za-z][\w-]*)\/[\w.]/;
/** Where packages came from is each machine's own affair (mirrors, proxies), so the lock file must work with any. */
const resolvedFrom = /"resolved":\s*"https?:/;

/** Traces of the machine that a file was written on, one sentence each. `own` are further paths to refuse, such as the checkout's. */
export function machineProblems(files: readonly TreeFile[], own: readonly string[]): string[] {
  return files.flatMap(({ path, text }) => {
    const problems: string[] = [];
    for (const [index, line] of text.split("\n").entries()) {
      const found = machinePath.exec(line)?.[0] ?? own.find((folder) => line.includes(folder));
      if (found !== undefined) problems.push(`${path}:${index + 1} names a path of one machine (${found}…).`);
      if (resolvedFrom.test(line) && path.endsWith("package-lock.json")) {
        problems.push(
          `${path}:${index + 1} names a package registry; npm leaves it out with omit-lockfile-registry-resolved.`,
        );
      }
    }
    return problems;
  });
}
