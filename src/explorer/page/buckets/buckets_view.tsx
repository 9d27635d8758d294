import type { ViewProps } from "../session.ts";
import { EmptyState } from "../ui/empty_state.tsx";

/** The buckets, and one of them. */
export function BucketsView(
  _props: ViewProps & { readonly bucket?: string; readonly name?: string },
) {
  return <EmptyState title="No buckets yet" />;
}
