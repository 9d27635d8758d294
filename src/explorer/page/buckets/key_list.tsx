import { useEffect, useRef, useState } from "preact/hooks";
import { tellFailure } from "../api_client.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { FailureNote } from "../ui/failure_note.tsx";
import { Visible } from "../ui/visible.tsx";
import type { KeyListing, KeyMark, ListingState } from "./key_listing.ts";
import { rowsInSight } from "./rows_in_sight.ts";

/** Characters of a key that a row may show; the pane shows all. */
const ROW_TEXT = 160;

const MARK_TONES = { new: "good", changed: "warning", deleted: "bad" } as const;

/**
 * The keys, as a listbox of which only the rows in sight are in the document. The option
 * that the keys of the keyboard move is not the one that is shown until Enter chooses it.
 */
export function KeyList({ listing, chosen, onChoose }: {
  readonly listing: KeyListing;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) {
  const state = listing.state.value;
  const { keys } = state;
  const box = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 600, row: 36 });
  const [active, setActive] = useState(0);
  const rows = rowsInSight(scroll, keys.length);

  function measure(): void {
    const element = box.current;
    if (element === null) return;
    const row = parseFloat(getComputedStyle(element).lineHeight);
    setScroll({ top: element.scrollTop, height: element.clientHeight, row });
  }
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver(measure);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    setActive(0);
    box.current?.scrollTo({ top: 0 });
  }, [state.prefix, state.passed]);
  useEffect(() => {
    // The next page is there before one comes to the end of this.
    if (state.more && !state.loading && state.failure === undefined) {
      const left = keys.length * scroll.row - scroll.top - scroll.height;
      if (left < scroll.height && scroll.top > 0) void listing.more();
    }
  }, [scroll, state]);

  function moveTo(index: number): void {
    const next = Math.max(0, Math.min(keys.length - 1, index));
    setActive(next);
    const element = box.current;
    if (element === null) return;
    const top = next * scroll.row;
    if (top < element.scrollTop) element.scrollTop = top;
    const overlap = top + scroll.row - element.scrollTop - element.clientHeight;
    if (overlap > 0) element.scrollTop += overlap;
  }
  function onKeyDown(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(scroll.height / scroll.row) - 1);
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: keys.length - 1,
    };
    const move = moves[event.key];
    const key = keys[active];
    if (move !== undefined) moveTo(move);
    else if (event.key === "Enter" && key !== undefined) onChoose(key);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <div
        id="key-list"
        ref={box}
        class="key-list"
        role="listbox"
        tabIndex={0}
        aria-label="Keys"
        aria-busy={state.loading}
        aria-activedescendant={active >= rows.first && active < rows.end
          ? `key-${active}`
          : undefined}
        onScroll={measure}
        onKeyDown={onKeyDown}
      >
        <div role="presentation" style={{ height: rows.before }} />
        {keys.slice(rows.first, rows.end).map((key, offset) => {
          const index = rows.first + offset;
          return (
            <KeyRow
              key={key}
              index={index}
              count={state.more ? -1 : keys.length}
              text={key}
              mark={state.marks.get(key)}
              chosen={key === chosen}
              active={index === active}
              onChoose={() => {
                setActive(index);
                onChoose(key);
              }}
            />
          );
        })}
        <div role="presentation" style={{ height: rows.after }} />
      </div>
      {state.failure !== undefined && (
        <FailureNote
          text={tellFailure(state.failure)}
          onRetry={() =>
            void (keys.length === 0
              ? listing.search(state.prefix)
              : listing.more())}
        />
      )}
      <ListingFoot listing={listing} state={state} />
    </>
  );
}

function KeyRow(props: {
  readonly text: string;
  readonly index: number;
  readonly count: number;
  readonly mark: KeyMark | undefined;
  readonly chosen: boolean;
  readonly active: boolean;
  readonly onChoose: () => void;
}) {
  const classes = ["key-row"];
  if (props.active) classes.push("key-row-active");
  if (props.mark === "deleted") classes.push("key-row-deleted");
  return (
    <div
      id={`key-${props.index}`}
      class={classes.join(" ")}
      role="option"
      aria-selected={props.chosen}
      aria-setsize={props.count}
      aria-posinset={props.index + 1}
      onClick={props.onChoose}
    >
      <span class="cut mono">
        <Visible text={props.text} limit={ROW_TEXT} />
      </span>
      {props.mark !== undefined && (
        <Badge tone={MARK_TONES[props.mark]}>{props.mark}</Badge>
      )}
    </div>
  );
}

/** Keys that were written since; nothing moves until one asks for them. */
function ListingNews(
  { listing, state }: {
    readonly listing: KeyListing;
    readonly state: ListingState;
  },
) {
  const { waiting } = state;
  const keys = waiting === 1 ? "1 key" : `${waiting} keys`;
  return (
    <div role="status">
      {waiting > 0 && (
        <Button onClick={() => listing.showWaiting()}>
          {state.more
            ? `${keys} written further on: show`
            : `${keys} new: show`}
        </Button>
      )}
    </div>
  );
}

function ListingFoot(
  { listing, state }: {
    readonly listing: KeyListing;
    readonly state: ListingState;
  },
) {
  const count = state.keys.length.toLocaleString();
  return (
    <div class="bar key-foot">
      <span class="grows hint" role="status">
        {state.loading && state.keys.length === 0
          ? "Listing…"
          : state.keys.length === 0
          ? state.prefix === "" ? "No keys" : "No key starts with that"
          : `${count} ${state.keys.length === 1 ? "key" : "keys"}${
            state.more ? ", and more" : ""
          }${
            state.passed > 0
              ? `, after ${state.passed.toLocaleString()} others`
              : ""
          }`}
      </span>
      <ListingNews listing={listing} state={state} />
      {state.passed > 0 && (
        <Button onClick={() => void listing.search(state.prefix)}>
          From the start
        </Button>
      )}
      {state.more && (
        <Button
          disabled={state.loading}
          onClick={() => void listing.more()}
        >
          {state.loading ? "Listing…" : "More"}
        </Button>
      )}
    </div>
  );
}
