/**
 * A collector of OpenTelemetry for tests: takes spans over OTLP/HTTP as JSON.
 *
 * @module
 */

/** A value of an attribute. */
type Value = string | number | boolean;

/** One span, as tests look at it. */
export interface CollectedSpan {
  /** Who recorded it. */
  readonly scope: string;
  readonly name: string;
  readonly kind: "internal" | "server" | "client";
  readonly trace: string;
  readonly id: string;
  /** Absent for the first of its trace. */
  readonly parent?: string;
  readonly attributes: Readonly<Record<string, Value>>;
  /** Whether it is marked as failed. */
  readonly failed: boolean;
  readonly milliseconds: number;
}

/** A collector that listens. */
export interface OtlpCollector extends AsyncDisposable {
  /** For the environment of the process that exports. */
  readonly env: Readonly<Record<string, string>>;
  readonly spans: readonly CollectedSpan[];
  /** The first span that is so, waited for if it has not come yet. */
  span(isIt: (span: CollectedSpan) => boolean): Promise<CollectedSpan>;
}

/** OTLP as JSON, as far as it is read here. */
interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: {
      readonly stringValue?: string;
      readonly intValue?: string | number;
      readonly doubleValue?: number;
      readonly boolValue?: boolean;
    };
  }[];
  readonly status?: { readonly code?: number };
}

interface ExportedTraces {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly scope?: { readonly name: string };
      readonly spans: readonly ExportedSpan[];
    }[];
  }[];
}

const KINDS: Readonly<Record<number, CollectedSpan["kind"]>> = {
  2: "server",
  3: "client",
};

/** Listens on a free port. */
export function startCollector(): OtlpCollector {
  const spans: CollectedSpan[] = [];
  const arrivals = new EventTarget();
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen() {},
  }, async (request) => {
    const body = await request.text();
    if (new URL(request.url).pathname === "/v1/traces") {
      spans.push(...spansOf(JSON.parse(body)));
      arrivals.dispatchEvent(new Event("arrival"));
    }
    return Response.json({});
  });
  return {
    spans,
    env: {
      OTEL_DENO: "true",
      OTEL_DENO_CONSOLE: "ignore",
      OTEL_SERVICE_NAME: "wharf-test",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "20",
    },
    async span(isIt) {
      for (;;) {
        const found = spans.find(isIt);
        if (found !== undefined) return found;
        await new Promise((resolve) =>
          arrivals.addEventListener("arrival", resolve, { once: true })
        );
      }
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

function spansOf({ resourceSpans }: ExportedTraces): CollectedSpan[] {
  return resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span): CollectedSpan => ({
        scope: scope?.name ?? "",
        name: span.name,
        kind: KINDS[span.kind] ?? "internal",
        trace: span.traceId,
        id: span.spanId,
        ...(span.parentSpanId ? { parent: span.parentSpanId } : {}),
        attributes: Object.fromEntries(
          span.attributes.map(({ key, value }) => [
            key,
            value.stringValue ?? value.boolValue ?? value.doubleValue ??
              Number(value.intValue),
          ]),
        ),
        failed: span.status?.code === 2,
        milliseconds: Number(
          BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano),
        ) / 1e6,
      }))
    )
  );
}
