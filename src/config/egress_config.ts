/**
 * Where a component may connect to, and how, as the settings say.
 *
 * @module
 */

import {
  type HostPattern,
  type LoopbackPort,
  type NamePattern,
  parseHostPattern,
  parseLoopbackPort,
  parseNamePattern,
} from "./host_pattern.ts";
import type { KeyPath } from "./key_path.ts";
import { settingAt, type SettingTable, valueAt } from "./setting.ts";

/** Where a component may connect to. */
export interface EgressConfig {
  /** `workload.allowedHosts` */
  readonly hosts: readonly HostPattern[];
  /** `workload.allowedIpNameLookups` */
  readonly lookups: readonly NamePattern[];
  /** `workload.allowedHostLoopbackPorts`; any where the list is empty. */
  readonly loopbackPorts: readonly LoopbackPort[];
}

/** How a component's outgoing requests are made. */
export interface OutgoingHttpConfig {
  /** Connections in use at once, of all requests together. */
  readonly connections: number;
  /** Milliseconds that a call waits for one of them. */
  readonly connectionWait: number;
  /** Calls at once that one request may make. */
  readonly concurrentPerRequest: number;
  /** Calls in all that one request may make. */
  readonly totalPerRequest: number;
  /** Files of certificates to trust besides the usual ones. */
  readonly caPaths: readonly string[];
}

/** Where the settings let the workload connect to. */
export function egressOf(settings: SettingTable): EgressConfig {
  const workload = settingAt(settings, ["workload"]);
  return {
    hosts: [],
    lookups: [],
    loopbackPorts: [],
    ...workload?.kind === "table" ? ownEgressOf(workload) : {},
  };
}

/** The lists that a table has itself; one that it has stands in place of the workload's. */
export function ownEgressOf(table: SettingTable): Partial<EgressConfig> {
  const list = <Key extends keyof EgressConfig>(
    key: Key,
    name: string,
    parse: (text: string) =>
      | EgressConfig[Key][number]
      | { readonly refused: string },
  ) =>
    settingAt(table, [name]) === undefined
      ? {}
      : { [key]: textsAt(table, [name]).map((text) => valid(parse(text))) };
  return {
    ...list("hosts", "allowedHosts", parseHostPattern),
    ...list("lookups", "allowedIpNameLookups", parseNamePattern),
    ...list("loopbackPorts", "allowedHostLoopbackPorts", parseLoopbackPort),
  };
}

/** How the settings want outgoing requests made. */
export function outgoingHttpOf(settings: SettingTable): OutgoingHttpConfig {
  const number = (...key: string[]) => numberAt(settings, ["dev", ...key]);
  return {
    connections: number("max_outbound_http_connections_per_workload"),
    connectionWait: number("outgoing_http", "connection_wait"),
    concurrentPerRequest: number(
      "outgoing_http",
      "max_concurrent_per_request",
    ),
    totalPerRequest: number("outgoing_http", "max_total_per_request"),
    caPaths: textsAt(settings, ["dev", "http_client_ca_paths"]),
  };
}

/** The schema has refused what is not valid. */
function valid<Entry extends object>(
  entry: Entry | { readonly refused: string },
): Entry {
  if ("refused" in entry) throw new TypeError(`Not checked: ${entry.refused}`);
  return entry;
}

function textsAt(settings: SettingTable, key: KeyPath): readonly string[] {
  const list = settingAt(settings, key);
  if (list?.kind !== "list") return [];
  return list.items.flatMap((item) =>
    item.kind === "value" ? [String(item.value)] : []
  );
}

function numberAt(settings: SettingTable, key: KeyPath): number {
  const value = valueAt(settings, key)?.value;
  if (typeof value !== "number") {
    throw new TypeError(`No number at ${key.join(".")}`);
  }
  return value;
}
