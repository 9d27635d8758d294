import { Button } from "./button.tsx";

/** Why something is not shown, and a way to try again. */
export function FailureNote(props: {
  readonly text: string;
  readonly onRetry?: () => void;
}) {
  return (
    <div class="note note-bad" role="alert">
      <p>{props.text}</p>
      {props.onRetry !== undefined && (
        <Button onClick={props.onRetry}>Try again</Button>
      )}
    </div>
  );
}
