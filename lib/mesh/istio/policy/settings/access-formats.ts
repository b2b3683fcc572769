/** The forms that sidecars' access logs may have by the mesh's settings, and what can't be told by them. Pure. */
import {
  type AccessFormat,
  DEFAULT_LABELS,
  DEFAULT_TEXT,
  DEFAULTS,
  jsonFormat,
  textFormat,
} from "../../access/formats.ts";
import type { AccessLogForm, MeshConfig } from "./decode.ts";
import { type MeshSettings, setting } from "./settings.ts";

interface AccessFormats {
  readonly formats: readonly AccessFormat[];
  /** Sentences: by what lines are read, and what they can't tell. */
  readonly notes: readonly string[];
}

/** Different forms of one mesh: more of them are no longer read. */
const MOST = 10;

/** Each mesh's settings are looked at once. */
const known = new WeakMap<MeshConfig["accessLogs"], AccessFormats>();

export function accessFormats(settings: MeshSettings): AccessFormats {
  const found = setting(settings, ({ accessLogs }) => accessLogs);
  if (!found.known)
    return {
      formats: DEFAULTS,
      notes: [
        `Lines are read as Istio’s default formats have them; whether the mesh sets another isn’t known: ${found.why}.`,
      ],
    };
  const read = known.get(found.value) ?? formatsOf(found.value);
  known.set(found.value, read);
  return read;
}

function formatsOf(forms: readonly AccessLogForm[]): AccessFormats {
  if (forms.every(({ form, empty }) => !empty && Object.values(form).every((value) => value === null)))
    return { formats: DEFAULTS, notes: [] };
  const formats = forms.slice(0, MOST).map(formatOf);
  return {
    formats,
    notes: [
      "Lines are read in the form that the mesh’s settings give access logs.",
      ...formats.flatMap(({ name, lacks }) => lacks.map((lack) => `${name} ${lack}.`)),
      ...(forms.length > MOST ? [`Of ${forms.length} formats in the mesh’s settings ${MOST} are tried.`] : []),
    ],
  };
}

function formatOf({ provider, form, empty }: AccessLogForm): AccessFormat {
  const name = provider === null ? "The mesh’s format" : `The format of provider “${provider}”`;
  return "text" in form
    ? textFormat(name, form.text ?? DEFAULT_TEXT, empty)
    : jsonFormat(name, form.labels ?? DEFAULT_LABELS, empty);
}
