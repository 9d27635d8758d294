import { cutText, visibleParts } from "./visible_text.ts";

/** Text of a guest or a user: shown as it is, never interpreted, its direction its own. */
export function Visible(props: {
  readonly text: string;
  /** Shows that many characters at most. */
  readonly limit?: number;
}) {
  if (props.text === "") return <i class="empty-text">(empty)</i>;
  const shown = cutText(props.text, props.limit ?? Infinity);
  return (
    <bdi class="visible">
      {visibleParts(shown).map((part, index) =>
        part.mark === undefined
          ? part.text
          : <span key={index} class="mark">{part.mark}</span>
      )}
      {shown.length < props.text.length && "…"}
    </bdi>
  );
}
