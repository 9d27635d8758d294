import type { ViewProps } from "../session.ts";
import { EmptyState } from "../ui/empty_state.tsx";

/** What is served, and how it was built. */
export function ComponentView(_props: ViewProps) {
  return <EmptyState title="No component yet" />;
}
