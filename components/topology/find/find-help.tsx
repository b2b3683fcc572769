"use client";

import { clsx } from "clsx";
import { useState } from "react";
import { Floating } from "#components/ui/floating.tsx";
import type { PopoverBodyProps } from "#components/ui/popover-button.tsx";
import { appliesTo, type Operand } from "#lib/graph/find/operand.ts";
import { OPERANDS } from "#lib/graph/find/operands.ts";
import { QUANTITY_WORDS, unitsOf } from "#lib/graph/find/units.ts";
import { CODE } from "./code.ts";

const ABOUT = { node: "nodes", edge: "edges", both: "both" } as const;

const RULES: readonly (readonly [string, string])[] = [
  ["AND OR NOT ( )", "NOT binds before AND, AND before OR; && || ! are the same"],
  ["= != < <= > >=", "equal, not equal, and the order of numbers"],
  ["*= ^= $=", "contains, startswith, endswith; with ! their opposites"],
  ["source. target.", "asks an end of an edge: source.namespace = shop"],
  ["nodata", "nothing says: never above, below or unequal to anything else"],
  ["NaN", "nothing or zero, as in Kiali"],
];

/** What a value looks like. */
function valueWords(operand: Operand): string {
  switch (operand.type) {
    case "flag":
      return "";
    case "text":
      return "a text";
    case "word":
      return operand.words.map(({ word }) => word).join(", ");
    default:
      return [QUANTITY_WORDS[operand.type].name, unitsOf(operand.type).slice(0, 4).join(" ")]
        .filter(Boolean)
        .join(": ");
  }
}

/** Operands whose name, other spelling or help holds every word. */
export function matchingOperands(text: string): readonly Operand[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return OPERANDS.filter(({ name, aliases, help }) => {
    const all = [name, ...aliases, help].join(" ").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** The language, from the table that reads it. */
export function FindHelp({ anchor, onClose }: PopoverBodyProps) {
  const [text, setText] = useState("");
  const operands = matchingOperands(text);
  return (
    <Floating anchor={anchor} onClose={onClose} label="The language of find and hide" align="end">
      <div className="w-[min(820px,92vw)] p-4">
        <p className="text-ink-2">
          What is found is marked, the rest steps back. What is hidden is left out, and nothing else moves. Edges are
          narrowed down by their ends: <code className={CODE}>error &gt; 1% AND namespace = shop</code>.
        </p>
        <dl className="mt-3 grid grid-cols-[auto_1fr_auto_1fr] gap-x-3 gap-y-1">
          {RULES.map(([sign, means]) => (
            <div key={sign} className="contents">
              <dt className={CODE}>{sign}</dt>
              <dd className="text-ink-2">{means}</dd>
            </div>
          ))}
        </dl>
        <input
          type="search"
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder={`Search ${OPERANDS.length} operands`}
          aria-label="Search operands"
          className="mt-4 h-7 w-full rounded-md border border-line bg-sunken px-2 placeholder:text-ink-3"
        />
        <div tabIndex={0} role="group" aria-label="Operands" className="mt-2 max-h-[40vh] overflow-auto">
          <table className="w-full">
            <thead className="sr-only">
              <tr>
                <th scope="col">Operand</th>
                <th scope="col">About</th>
                <th scope="col">Value</th>
                <th scope="col">Finds</th>
              </tr>
            </thead>
            <tbody>
              {operands.map((operand) => (
                <tr key={operand.name} className="border-t border-line align-baseline">
                  <td className={clsx("py-1 pr-3 whitespace-nowrap", CODE)}>
                    {operand.keyed ? `${operand.name}:KEY` : operand.name}
                    {operand.aliases.length > 0 && <span className="text-ink-3"> {operand.aliases.join(" ")}</span>}
                  </td>
                  <td className="pr-3 text-ink-3">{ABOUT[appliesTo(operand)]}</td>
                  <td className="max-w-48 pr-3 text-ink-2">{valueWords(operand)}</td>
                  <td>{operand.help}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {operands.length === 0 && <p className="py-2 text-ink-2">No operand has “{text}” in its name or help.</p>}
        </div>
      </div>
    </Floating>
  );
}
