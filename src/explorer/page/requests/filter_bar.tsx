import { useMemo } from "preact/hooks";
import type { RequestSummary } from "../../api.ts";
import {
  countRequests,
  type RequestFilter,
  type StatusClass,
} from "./request_filter.ts";

const STATUSES: readonly (readonly [StatusClass, string])[] = [
  ["2", "2xx"],
  ["3", "3xx"],
  ["4", "4xx"],
  ["5", "5xx"],
  ["pending", "Pending"],
];

/** What the list of requests shows. */
export function FilterBar(props: {
  readonly filter: RequestFilter;
  /** Those whose methods can be chosen. */
  readonly requests: readonly RequestSummary[];
  readonly onChange: (filter: RequestFilter) => void;
}) {
  const { filter, onChange } = props;
  const counts = useMemo(
    () => countRequests(props.requests, filter.method),
    [props.requests, filter.method],
  );
  return (
    <search class="bar filters">
      <input
        id="request-search"
        type="search"
        class="grows"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        placeholder="Filter by path"
        aria-label="Filter by path"
        value={filter.text}
        onInput={(event) =>
          onChange({ ...filter, text: event.currentTarget.value })}
      />
      <select
        aria-label="Method"
        value={filter.method ?? ""}
        onChange={(event) =>
          onChange({
            ...filter,
            method: event.currentTarget.value || undefined,
          })}
      >
        <option value="">Any method</option>
        {[...counts.methods].map(([method, count]) => (
          <option key={method} value={method}>{`${method} (${count})`}</option>
        ))}
      </select>
      <select
        aria-label="Status"
        value={filter.status ?? ""}
        onChange={(event) => {
          const chosen = event.currentTarget.value;
          onChange({
            ...filter,
            status: STATUSES.find(([value]) => value === chosen)?.[0],
          });
        }}
      >
        <option value="">Any status</option>
        {STATUSES.map(([value, label]) => (
          <option key={value} value={value}>
            {`${label} (${counts.statuses.get(value) ?? 0})`}
          </option>
        ))}
      </select>
      <label class="choice">
        <input
          type="checkbox"
          checked={filter.trappedOnly}
          onChange={(event) =>
            onChange({ ...filter, trappedOnly: event.currentTarget.checked })}
        />
        {`Trapped only (${counts.trapped})`}
      </label>
    </search>
  );
}
