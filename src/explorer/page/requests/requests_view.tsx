import type { ViewProps } from "../session.ts";
import { EmptyState } from "../ui/empty_state.tsx";

/** What clients asked for, live. */
export function RequestsView(_props: ViewProps & { readonly id?: string }) {
  return <EmptyState title="No requests yet" />;
}
