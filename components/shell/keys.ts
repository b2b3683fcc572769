/**
 * Keys as commands. Pure: a key event and the time go in, a command's keys or nothing come out, so that sequences and
 * the switch for single letters are tested without a browser.
 */

export interface KeyPress {
  readonly key: string;
  readonly ctrl: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift?: boolean;
  /** The event comes from where people type. */
  readonly typing: boolean;
}

/** A second key of `g t` must follow within so many milliseconds. */
const SEQUENCE_MS = 1000;

/**
 * Recognises one of `bindings` (`mod+k`, `Escape`, `shift+ArrowUp`, `?`, `g t`) in a stream of key presses. `mod` is Ctrl
 * or Cmd; a named key with Shift is itself where nothing is bound to both.
 * While `letters` is false only bindings with `mod` and named keys (Escape) act.
 */
export function createKeyMatcher(): (
  press: KeyPress,
  bindings: readonly string[],
  letters: boolean,
  nowMs: number,
) => string | null {
  let prefix = "";
  let prefixAt = Number.NEGATIVE_INFINITY;
  return (press, bindings, letters, nowMs) => {
    const pending = nowMs - prefixAt <= SEQUENCE_MS ? prefix : "";
    prefix = "";
    if (press.alt) return null;
    if (press.ctrl || press.meta) {
      const wanted = `mod+${press.key.toLowerCase()}`;
      return bindings.includes(wanted) ? wanted : null;
    }
    const named = press.key.length > 1;
    if (named) {
      if (press.typing) return null;
      const shifted = `shift+${press.key}`;
      if (press.shift && bindings.includes(shifted)) return shifted;
      return bindings.includes(press.key) ? press.key : null;
    }
    if (!letters || press.typing) return null;
    const sequence = pending === "" ? press.key : `${pending} ${press.key}`;
    if (bindings.includes(sequence)) return sequence;
    if (bindings.some((binding) => binding.startsWith(`${press.key} `))) {
      prefix = press.key;
      prefixAt = nowMs;
      return null;
    }
    return bindings.includes(press.key) ? press.key : null;
  };
}

const SPELLED: Readonly<Record<string, string>> = {
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** `mod+k` as people of that platform write it. */
export function spellKeys(binding: string, mac: boolean): readonly string[] {
  return binding.split(" ").map((part) => {
    if (part.startsWith("mod+")) return `${mac ? "⌘" : "Ctrl "}${part.slice(4).toUpperCase()}`;
    if (part.startsWith("shift+")) return `Shift ${SPELLED[part.slice(6)] ?? part.slice(6)}`;
    return SPELLED[part] ?? part;
  });
}
