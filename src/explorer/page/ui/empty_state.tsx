import type { ComponentChildren } from "preact";

/** What stands where there is nothing yet, and what to do about it. */
export function EmptyState(props: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty-state">
      <p class="empty-title">{props.title}</p>
      {props.children}
    </div>
  );
}
