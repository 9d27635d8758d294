import type { ViewProps } from "../session.ts";
import { BucketList } from "./bucket_list.tsx";
import { BucketPane } from "./bucket_pane.tsx";

/** The buckets, or one of them with the key that is looked at. */
export function BucketsView(
  { session, bucket, name }: ViewProps & {
    readonly bucket?: string;
    /** The key. */
    readonly name?: string;
  },
) {
  if (bucket === undefined) return <BucketList session={session} />;
  return (
    <BucketPane
      key={bucket}
      session={session}
      bucket={bucket}
      {...(name !== undefined && { name })}
    />
  );
}
