/** The editor in the console's tokens: the theme is the page's, so both themes and both media follow by themselves. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export const HIGHLIGHT = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)" },
    { tag: [tags.string, tags.content, tags.literal, tags.number, tags.bool], color: "var(--ink)" },
    { tag: [tags.comment, tags.lineComment], color: "var(--ink-3)", fontStyle: "italic" },
    { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace, tags.meta], color: "var(--ink-3)" },
    { tag: [tags.keyword, tags.labelName, tags.typeName], color: "var(--good)" },
  ]),
);

const FIELD = {
  backgroundColor: "var(--bg-raised)",
  border: "1px solid var(--line)",
  borderRadius: "6px",
  color: "var(--ink)",
  backgroundImage: "none",
};

export const EDITOR_THEME = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--bg-sunken)", color: "var(--ink)", fontSize: "12px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--bg-sunken)", color: "var(--ink-3)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--box)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--accent-bg) !important" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-bg)" },
  ".cm-searchMatch": { backgroundColor: "var(--degraded-bg)", outline: "1px solid var(--degraded)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--accent-bg)", outline: "1px solid var(--accent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-bg)" },
  ".cm-panels": { backgroundColor: "var(--bg-raised)", color: "var(--ink)", borderColor: "var(--line)" },
  ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-textfield, .cm-button": FIELD,
  ".cm-tooltip": { ...FIELD, borderColor: "var(--line-strong)", boxShadow: "var(--shadow)", maxWidth: "420px" },
  ".cm-tooltip-hover": { padding: "8px 10px", fontFamily: "var(--font)" },
  ".cm-tooltip-hover span, .cm-tooltip-hover p": { color: "var(--ink-2)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--accent-bg)",
    color: "var(--ink)",
  },
  ".cm-completionDetail": { color: "var(--ink-3)", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "8px 10px", fontFamily: "var(--font)", color: "var(--ink-2)" },
  ".cm-diagnostic-error": { borderLeft: "2px solid var(--failing)", padding: "6px 10px", fontFamily: "var(--font)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--failing)",
    textUnderlineOffset: "3px",
  },
  ".cm-foldPlaceholder": { backgroundColor: "var(--bg-raised)", borderColor: "var(--line)", color: "var(--ink-3)" },
});
