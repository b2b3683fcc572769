"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, type RefObject, useEffect, useId, useRef, useState } from "react";
import { Icon } from "#components/ui/icon.tsx";
import { MOST_CHARACTERS } from "#lib/graph/find/limits.ts";
import { CODE } from "./code.ts";
import { FieldHelp } from "./field-help.tsx";
import { accept, preselected, saidProblem, type Typed } from "./typing.ts";
import { useAnswer } from "./use-answer.ts";

/** Typing rests that long before it counts: every letter would draw the graph anew. */
const REST_MS = 250;

/**
 * One field: an expression with its completion. What is typed counts after a rest, at once on Enter; Esc closes the list
 * that somebody walks, clears the field, then leaves it.
 */
export function FindField({
  name,
  value,
  onChange,
  input,
}: {
  readonly name: "Find" | "Hide";
  /** The expression in force, as the address has it. */
  readonly value: string;
  readonly onChange: (text: string, how: "push" | "replace") => void;
  readonly input: RefObject<HTMLInputElement | null>;
}) {
  const id = useId();
  const [{ text, cursor }, setTyped] = useState<Typed>({ text: value, cursor: value.length });
  const [heard, setHeard] = useState(value);
  const [sent, setSent] = useState(value);
  const [focused, setFocused] = useState(false);
  const [dismissed, setDismissed] = useState(false);
  const [chosen, setChosen] = useState<number | null>(null);
  const [scrolled, setScrolled] = useState(0);
  const answer = useAnswer(text, cursor);

  // A change that isn't our own (Back, a preset) is shown; our own comes back while somebody types on.
  if (heard !== value) {
    setHeard(value);
    if (value !== sent) {
      setTyped({ text: value, cursor: value.length });
      setSent(value);
    }
  }
  const place = useRef<number | null>(null);
  useEffect(() => {
    if (place.current === null) return;
    input.current?.setSelectionRange(place.current, place.current);
    place.current = null;
  });

  const commit = (next: string, how: "push" | "replace") => {
    if (next.trim() === sent.trim()) return;
    setSent(next.trim());
    onChange(next.trim(), how);
  };
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.trim()) return;
    const timer = setTimeout(() => {
      setSent(wanted);
      onChange(wanted, "replace");
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [text, sent, onChange]);

  const type = (next: Typed) => {
    setTyped(next);
    setChosen(null);
    setDismissed(false);
  };
  const fresh = answer.text === text && answer.cursor === cursor;
  const open = focused && !dismissed && answer.items.length > 0;
  const active = open ? (chosen ?? (fresh ? preselected(answer) : null)) : null;
  const take = (index: number) => {
    const item = answer.items[index];
    if (item === undefined || !fresh) return;
    const next = accept(text, item);
    place.current = next.cursor;
    type(next);
  };
  const clear = () => {
    type({ text: "", cursor: 0 });
    commit("", "push");
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const count = answer.items.length;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp": {
        if (!focused || count === 0) return;
        const step = event.key === "ArrowDown" ? 1 : -1;
        setDismissed(false);
        setChosen(active === null ? (step > 0 ? 0 : count - 1) : (active + step + count) % count);
        break;
      }
      case "Enter":
        if (active !== null) take(active);
        else {
          commit(text, "push");
          setDismissed(true);
        }
        break;
      case "Tab":
        if (active === null || event.shiftKey) return;
        take(active);
        break;
      case "Escape":
        if (open && chosen !== null) {
          setDismissed(true);
          setChosen(null);
        } else if (text !== "") clear();
        else event.currentTarget.blur();
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  const problem = fresh ? saidProblem(answer, focused && !dismissed) : null;
  return (
    <div className="relative min-w-0 grow basis-64">
      <div
        className={clsx(
          "flex h-7 items-center rounded-md border bg-sunken focus-within:border-accent",
          problem === null ? "border-line" : "border-failing",
        )}
      >
        <label htmlFor={`${id}-input`} className="shrink-0 pl-2 text-ink-3 select-none">
          {name}
        </label>
        <div className={clsx("relative h-full min-w-0 grow", CODE)}>
          <input
            ref={input}
            id={`${id}-input`}
            type="text"
            role="combobox"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            maxLength={MOST_CHARACTERS}
            value={text}
            placeholder={`for example ${name === "Find" ? "error > 1%" : "health = healthy"}`}
            aria-autocomplete="list"
            aria-expanded={open}
            aria-controls={open ? `${id}-list` : undefined}
            aria-activedescendant={active === null ? undefined : `${id}-${active}`}
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : `${id}-problem`}
            onChange={({ target }) =>
              type({ text: target.value, cursor: target.selectionStart ?? target.value.length })
            }
            onSelect={({ currentTarget }) => {
              const at = currentTarget.selectionStart ?? text.length;
              if (at !== cursor) setTyped({ text, cursor: at });
            }}
            onKeyDown={onKeyDown}
            onScroll={({ currentTarget }) => setScrolled(currentTarget.scrollLeft)}
            onFocus={() => setFocused(true)}
            onBlur={() => {
              setFocused(false);
              setDismissed(false);
              setChosen(null);
            }}
            className="h-full w-full bg-transparent px-2 outline-none placeholder:font-sans placeholder:text-ink-3"
          />
          {problem !== null && <Underline at={problem.at} length={problem.length} scrolled={scrolled} />}
        </div>
        {text !== "" && (
          <button
            type="button"
            onClick={clear}
            aria-label={`Clear ${name.toLowerCase()}`}
            className="px-1.5 text-ink-3"
          >
            <Icon name="close" size={13} />
          </button>
        )}
      </div>
      <FieldHelp
        id={id}
        open={open}
        answer={answer}
        active={active}
        problem={problem}
        scrolled={scrolled}
        onTake={take}
      />
    </div>
  );
}

/** Under the characters that can't be read. The font is monospaced: a character is 1ch. */
function Underline({
  at,
  length,
  scrolled,
}: {
  readonly at: number;
  readonly length: number;
  readonly scrolled: number;
}) {
  return (
    <span aria-hidden="true" className="pointer-events-none absolute inset-x-2 bottom-0.5 h-0.5 overflow-hidden">
      <span
        className="absolute h-full bg-failing"
        style={{ left: `calc(${at}ch - ${scrolled}px)`, width: `${Math.max(1, length)}ch` }}
      />
    </span>
  );
}
