import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { RequestDetail } from "../../api.ts";
import { formatRoute } from "../routes.ts";
import type { ViewProps } from "../session.ts";
import { Button } from "../ui/button.tsx";
import { formatDuration } from "../ui/duration.ts";
import { EmptyState } from "../ui/empty_state.tsx";
import { KeyValueTable } from "../ui/key_value_table.tsx";
import { formatMoment } from "../ui/moment.ts";
import { Visible } from "../ui/visible.tsx";
import { VisibleBlock } from "../ui/visible_block.tsx";
import { BodyView } from "./body_view.tsx";
import { HeaderTable } from "./header_table.tsx";
import { LinesView } from "./lines_view.tsx";
import { RequestActions } from "./request_actions.tsx";
import { RequestSource } from "./request_source.ts";
import { RequestStatus } from "./request_status.tsx";
import { WaterfallView } from "./waterfall_view.tsx";

interface DetailProps extends ViewProps {
  readonly detail: RequestDetail;
}

/** A request, from its first line to what the guest did with it. */
export function RequestDetailView(
  props: ViewProps & { readonly id: string; readonly onClose: () => void },
) {
  const { session, id, onClose } = props;
  const source = useMemo(() => new RequestSource(session, id), [session, id]);
  useEffect(() => {
    const closed = new AbortController();
    source.follow(closed.signal);
    return () => closed.abort();
  }, [source]);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const known = source.known.value;
  return (
    <article class="request-detail" aria-labelledby="request-title">
      <header class="bar">
        <h2 id="request-title" class="grows" ref={title} tabIndex={-1}>
          {known.state === "known"
            ? (
              <>
                <span class="mono">{known.detail.method}</span>{" "}
                <span class="mono">
                  <Visible text={known.detail.path} />
                </span>
              </>
            )
            : `Request ${id}`}
        </h2>
        <Button kind="quiet" label="Close the request" onClick={onClose}>
          ×
        </Button>
      </header>
      {known.state === "known"
        ? (
          <Known
            session={session}
            detail={known.detail}
            onReload={() => void source.read()}
          />
        )
        : <Unknown state={known.state} />}
    </article>
  );
}

function Unknown(
  { state }: { readonly state: "loading" | "forgotten" | "failed" },
) {
  switch (state) {
    case "loading":
      return <EmptyState title="Reading the request…" />;
    case "forgotten":
      return (
        <EmptyState title="Wharf does not remember this request">
          <p>It keeps the latest requests since it was started</p>
        </EmptyState>
      );
    case "failed":
      return <EmptyState title="The request could not be read" />;
  }
}

function Known(props: DetailProps & { readonly onReload: () => void }) {
  const { session, detail } = props;
  return (
    <>
      <RequestActions
        session={session}
        detail={detail}
        onReload={props.onReload}
      />
      {detail.replayOf !== undefined && (
        <Comparison session={session} detail={detail} id={detail.replayOf} />
      )}
      <Summary detail={detail} />
      {detail.trap !== undefined && (
        <Section title="Trap">
          <pre class="code-block trap" tabIndex={0}>
            <VisibleBlock text={detail.trap} />
          </pre>
        </Section>
      )}
      <Section title="Calls">
        <WaterfallView detail={detail} />
      </Section>
      <Section title="Output">
        <LinesView detail={detail} />
      </Section>
      <Section title="Request headers">
        <HeaderTable of="the request" lines={detail.headers} />
      </Section>
      <Section title="Request body">
        <BodyView body={detail.body} />
      </Section>
      <Section title="Response headers">
        {detail.responseHeaders === undefined
          ? <p class="hint">There is no response yet</p>
          : (
            <HeaderTable
              of="the response"
              lines={detail.responseHeaders}
            />
          )}
      </Section>
    </>
  );
}

function Summary({ detail }: { readonly detail: RequestDetail }) {
  return (
    <KeyValueTable
      rows={[
        ["Status", <RequestStatus key="status" request={detail} />],
        [
          "Time",
          detail.duration === undefined
            ? "under way"
            : `${formatDuration(detail.duration)} to the response's head`,
        ],
        ["Began", formatMoment(detail.at, Date.now())],
        ["URL", <Visible key="url" text={detail.url} />],
        ["Id", <span key="id" class="mono">{detail.id}</span>],
      ]}
    />
  );
}

/** What the request that this one repeats was answered, beside what this one was. */
function Comparison(props: DetailProps & { readonly id: string }) {
  const { session, detail, id } = props;
  const source = useMemo(() => new RequestSource(session, id), [session, id]);
  useEffect(() => {
    const closed = new AbortController();
    source.follow(closed.signal);
    return () => closed.abort();
  }, [source]);
  const known = source.known.value;
  const link = (
    <a href={formatRoute({ view: "requests", id })}>
      the request that it repeats
    </a>
  );
  return (
    <p class="card comparison">
      {known.state === "known"
        ? (
          <>
            Before: <Answer detail={known.detail} />{" "}
            <span aria-hidden="true">→</span> Now: <Answer detail={detail} />
            {" "}
            ({link})
          </>
        )
        : <>A replay; {link} is not known any more</>}
    </p>
  );
}

function Answer({ detail }: { readonly detail: RequestDetail }) {
  return (
    <>
      <RequestStatus request={detail} />
      {detail.duration !== undefined &&
        ` in ${formatDuration(detail.duration)}`}
    </>
  );
}

function Section(
  props: { readonly title: string; readonly children: ComponentChildren },
) {
  return (
    <section class="detail-section">
      <h3>{props.title}</h3>
      {props.children}
    </section>
  );
}
