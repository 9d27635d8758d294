import { formatWholeSeconds } from "../ui/duration.ts";
import {
  type Draft,
  type DraftExpiry,
  draftFault,
  type DraftFormat,
  reformat,
} from "./draft.ts";
import { prettyJson } from "./value_kind.ts";
import { Button } from "../ui/button.tsx";

const FORMATS: Readonly<Record<DraftFormat, string>> = {
  text: "Text",
  json: "JSON",
  hex: "Hex",
  file: "File",
};

/** The fields of a value and its time to live. */
export function DraftFields({ draft, maxSize, ttl, onChange }: {
  readonly draft: Draft;
  readonly maxSize: number | undefined;
  /** Milliseconds that the bucket's configuration gives what has no time of its own. */
  readonly ttl: number | undefined;
  readonly onChange: (draft: Draft) => void;
}) {
  const fault = draftFault(draft, maxSize);
  const pretty = draft.format === "json" ? prettyJson(draft.text) : undefined;
  return (
    <>
      <div class="buttons" role="group" aria-label="Write as">
        {(Object.keys(FORMATS) as DraftFormat[]).map((format) => {
          // Whether bytes are text is known once they were read as such.
          const isImpossible = draft.format === "hex" &&
            (format === "text" || format === "json") &&
            reformat(draft, format) === undefined;
          return (
            <Button
              key={format}
              pressed={draft.format === format}
              disabled={isImpossible}
              onClick={() => onChange(reformat(draft, format) ?? draft)}
            >
              {FORMATS[format]}
            </Button>
          );
        })}
        {pretty !== undefined && pretty !== draft.text && (
          <Button onClick={() => onChange({ ...draft, text: pretty })}>
            Indent
          </Button>
        )}
      </div>
      {draft.format === "file"
        ? (
          <label class="field">
            <span>File</span>
            <input
              type="file"
              onChange={(event) => {
                const { file: _, ...rest } = draft;
                const file = event.currentTarget.files?.[0];
                onChange(file === undefined ? rest : { ...rest, file });
              }}
            />
          </label>
        )
        : (
          <label class="field">
            <span>Value</span>
            <textarea
              value={draft.text}
              spellcheck={false}
              autocapitalize="off"
              rows={12}
              onInput={(event) =>
                onChange({ ...draft, text: event.currentTarget.value })}
            />
          </label>
        )}
      <ExpiryFields
        expiry={draft.expiry}
        ttl={ttl}
        onChange={(expiry) => onChange({ ...draft, expiry })}
      />
      <p class="fault" role="status">{fault ?? ""}</p>
    </>
  );
}

function ExpiryFields({ expiry, ttl, onChange }: {
  readonly expiry: DraftExpiry;
  readonly ttl: number | undefined;
  readonly onChange: (expiry: DraftExpiry) => void;
}) {
  const until = expiry.kind === "keep" ? expiry.expires : undefined;
  return (
    <div class="bar expiry-fields">
      <label class="field grows">
        <span>Expires</span>
        <select
          value={expiry.kind}
          onChange={(event) => {
            const { value } = event.currentTarget;
            if (value === "after") onChange({ kind: "after", text: "5m" });
            else if (value === "never") onChange({ kind: "never" });
          }}
        >
          <option value="never">
            {ttl === undefined
              ? "never"
              : `in ${formatWholeSeconds(ttl)}, as the bucket says`}
          </option>
          {until !== undefined && (
            <option value="keep">
              as before, in {formatWholeSeconds(until - Date.now())}
            </option>
          )}
          <option value="after">after…</option>
        </select>
      </label>
      {expiry.kind === "after" && (
        <label class="field grows">
          <span>Time, as 30s, 5m, 2h</span>
          <input
            value={expiry.text}
            autocomplete="off"
            onInput={(event) =>
              onChange({ kind: "after", text: event.currentTarget.value })}
          />
        </label>
      )}
    </div>
  );
}
