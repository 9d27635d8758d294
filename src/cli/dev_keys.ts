/**
 * The keys of `dev`: whether there are any, and what they do.
 *
 * @module
 */

import type { BucketReport, LeveledLog } from "../log.ts";
import type { CommandContext } from "./command.ts";
import { openBrowser } from "./open_browser.ts";
import { takeTerminal } from "./raw_terminal.ts";
import type { StopSignals } from "./stop_signals.ts";
import {
  type KeyActions,
  listenForKeys,
  type TerminalKeys,
} from "./terminal_keys.ts";

/** What keys want of the server. */
export interface KeyedServer {
  readonly url: string;
  /** Absent where no explorer is served. */
  readonly explorerUrl?: string | undefined;
  /** The banner's table as it would be now. */
  buckets(): Promise<readonly BucketReport[]>;
  /** Builds and serves anew; absent where it cannot. */
  rebuild?(): void;
}

/** What keys act on. */
export interface DevKeysOptions {
  readonly server: KeyedServer;
  readonly context: CommandContext;
  readonly log: LeveledLog;
  readonly stop: StopSignals;
}

/** Whether a person sits at a terminal that is theirs and reads what is written there. */
export function wantsKeys(
  { streams: { terminals }, env }: Pick<CommandContext, "streams" | "env">,
): boolean {
  const isCi = !["", "0", "false"].includes(env["CI"] ?? "");
  return terminals.stdin && terminals.stdout && !isCi;
}

/** Starts to listen; disposing gives the terminal back as it was. */
export async function startKeys(
  { server, context, log, stop }: DevKeysOptions,
): Promise<TerminalKeys | undefined> {
  const terminal = await takeTerminal(context.streams.stdin);
  if (terminal === undefined) return undefined;
  const system = { os: Deno.build.os, user: Deno.uid(), env: context.env };
  const actions: KeyActions = {
    // It can move while it serves.
    get url() {
      return server.url;
    },
    get explorerUrl() {
      return server.explorerUrl;
    },
    ...(server.rebuild === undefined
      ? {}
      : { rebuild: () => server.rebuild?.() }),
    buckets: () => server.buckets(),
    open: (address) => openBrowser(address, system),
    quit: () => stop.request(),
    log,
    print: (text) => context.print(text),
  };
  const keys = listenForKeys(terminal, actions);
  return {
    showHint: () => keys.showHint(),
    [Symbol.dispose]() {
      keys[Symbol.dispose]();
      terminal[Symbol.dispose]();
    },
  };
}
