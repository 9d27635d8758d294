import { useEffect, useRef, useState } from "preact/hooks";
import type { BucketDetail, BucketSummary } from "../../api.ts";
import { formatRoute } from "../routes.ts";
import type { Session, ViewProps } from "../session.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { formatByteSize } from "../ui/byte_size.ts";
import { EmptyState } from "../ui/empty_state.tsx";
import { FailureNote } from "../ui/failure_note.tsx";
import { useLoaded } from "../ui/use_loaded.ts";
import { Visible } from "../ui/visible.tsx";
import { CreateBucketDialog } from "./bucket_dialogs.tsx";

/** All buckets of the project. */
export function BucketList({ session }: ViewProps) {
  const [creating, setCreating] = useState(false);
  const { value, failure, reload } = useLoaded(
    (signal) => session.api.get("buckets", {}, signal),
    [],
  );
  useEffect(() => {
    // The configuration may have other buckets by then.
    const abort = new AbortController();
    session.on("build", (state) => {
      if (state.phase === "ready") reload();
    }, abort.signal);
    return () => abort.abort();
  }, []);
  return (
    <>
      <div class="bar">
        <h1 class="grows">Buckets</h1>
        <Button onClick={reload}>Reload</Button>
        <Button kind="primary" onClick={() => setCreating(true)}>
          New bucket
        </Button>
      </div>
      {failure !== undefined && <FailureNote text={failure} onRetry={reload} />}
      {value?.length === 0 && (
        <EmptyState title="No buckets">
          <p>A bucket is there with the first key that a guest writes to it.</p>
        </EmptyState>
      )}
      <ul class="cards">
        {value?.map((bucket) => (
          <li key={`${bucket.name === null}${bucket.name}`} class="card">
            <BucketCard session={session} bucket={bucket} />
          </li>
        ))}
      </ul>
      {creating && (
        <CreateBucketDialog
          session={session}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  );
}

function BucketCard(
  { session, bucket }: {
    readonly session: Session;
    readonly bucket: BucketSummary;
  },
) {
  const { name } = bucket;
  return (
    <>
      <h2>
        {name === null ? <i>Every other name</i> : (
          <a
            class="card-link"
            href={formatRoute({ view: "buckets", bucket: name })}
          >
            <Visible text={name} limit={200} />
          </a>
        )}
      </h2>
      <p class="badges">
        <Badge>{bucket.store}</Badge>
        <DurableBadge durable={bucket.durable} />
        <AccessBadge access={bucket.access} />
      </p>
      <p class="hint">
        <Visible text={bucket.location} />
        {bucket.storedAs !== undefined && (
          <>
            {" as "}
            <Visible text={bucket.storedAs} limit={200} />
          </>
        )}
      </p>
      {name === null
        ? <OpenByName session={session} />
        : <BucketFigures session={session} name={name} />}
    </>
  );
}

/** Whether the data is still there after a restart. */
export function DurableBadge({ durable }: { readonly durable: boolean }) {
  return durable
    ? <Badge tone="good">kept</Badge>
    : <Badge tone="warning">lost on restart</Badge>;
}

/** What guests may do, where it is not everything. */
export function AccessBadge(
  { access }: { readonly access: BucketSummary["access"] },
) {
  switch (access) {
    case "read-write":
      return null;
    case "read-only":
      return <Badge tone="accent">guests only read</Badge>;
    case "denied":
      return <Badge tone="bad">denied to guests</Badge>;
  }
}

/** Count and size of a bucket: asked for when it comes into sight, since it takes the store's time. */
function BucketFigures(
  { session, name }: { readonly session: Session; readonly name: string },
) {
  const place = useRef<HTMLParagraphElement>(null);
  const [seen, setSeen] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
    });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  return (
    <p ref={place} class="figures">
      {seen ? <LoadedFigures session={session} name={name} /> : "…"}
    </p>
  );
}

function LoadedFigures(
  { session, name }: { readonly session: Session; readonly name: string },
) {
  const { value, failure } = useLoaded(
    (signal) => session.api.get("bucket", { bucket: name }, signal),
    [name],
  );
  if (failure !== undefined) return <span class="fault">{failure}</span>;
  return <>{value === undefined ? "…" : figuresOf(value)}</>;
}

/** `2,013 keys, 12.1 KiB`, as far as the store says. */
export function figuresOf(
  { exists, keys, moreKeys, bytes }: BucketDetail,
): string {
  if (!exists) return "not made yet";
  const figures: string[] = [];
  if (keys !== undefined) {
    const count = `${keys.toLocaleString()} ${keys === 1 ? "key" : "keys"}`;
    figures.push(moreKeys ? `more than ${count}` : count);
  }
  if (bytes !== undefined) figures.push(formatByteSize(bytes));
  return figures.join(", ");
}

function OpenByName({ session }: ViewProps) {
  const [name, setName] = useState("");
  return (
    <form
      class="bar inline-form"
      onSubmit={(event) => {
        event.preventDefault();
        session.go({ view: "buckets", bucket: name });
      }}
    >
      <input
        class="grows"
        aria-label="Name of the bucket"
        placeholder="name"
        value={name}
        onInput={(event) => setName(event.currentTarget.value)}
      />
      <Button submits>Open</Button>
    </form>
  );
}
