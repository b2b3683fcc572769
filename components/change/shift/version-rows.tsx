"use client";

import { clsx } from "clsx";
import { SHADES } from "#components/services/routing/shares.ts";
import { Chip } from "#components/ui/chip.tsx";
import { Name } from "#components/ui/name.tsx";
import type { RouteVersion } from "#lib/policy/routing.ts";
import { moveWeight, stepWeight } from "#lib/policy/weights.ts";

/** A number box with steps for each version. */
export function VersionRows({
  versions,
  percents,
  known,
  stable,
  disabled,
  onChange,
  onStable,
}: {
  readonly versions: readonly string[];
  readonly percents: readonly number[];
  readonly known: readonly RouteVersion[];
  readonly stable: number;
  readonly disabled: boolean;
  readonly onChange: (percents: readonly number[]) => void;
  readonly onStable: (index: number) => void;
}) {
  return (
    <ul className="mt-4" aria-label="Versions">
      {versions.map((version, index) => {
        const pods = known.find(({ name }) => name === version);
        const percent = percents[index] ?? 0;
        return (
          <li key={version} className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-1.5">
            <span aria-hidden="true" className={clsx("size-2 rounded-[2px]", SHADES[index % SHADES.length])} />
            <Name text={version} className="font-semibold" />
            {index === stable ? (
              <span className="text-ink-2">stable</span>
            ) : (
              <button
                type="button"
                disabled={disabled}
                onClick={() => onStable(index)}
                className="text-ink-3 underline-offset-2 hover:underline disabled:no-underline"
                title={`Take ${version} as the stable version: the one that Abort goes back to`}
              >
                candidate
              </button>
            )}
            <span className="grow text-ink-3">{pods !== undefined && `${pods.ready} of ${pods.pods} ready`}</span>
            <span className="inline-flex items-center gap-1">
              <Chip
                disabled={disabled || percent === 0}
                aria-label={`${version}: 1 % less`}
                onClick={() => onChange(stepWeight(percents, index, -1, stable))}
              >
                −
              </Chip>
              <input
                type="number"
                min={0}
                max={100}
                step={1}
                value={percent}
                disabled={disabled}
                aria-label={`Share of ${version} in percent`}
                onChange={(event) => onChange(moveWeight(percents, index, event.target.valueAsNumber, stable))}
                className="h-7 w-14 rounded-md border border-line bg-sunken px-1.5 text-right tabular-nums disabled:opacity-60"
              />
              <Chip
                disabled={disabled || percent === 100}
                aria-label={`${version}: 1 % more`}
                onClick={() => onChange(stepWeight(percents, index, 1, stable))}
              >
                +
              </Chip>
              <span className="text-ink-3">%</span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
