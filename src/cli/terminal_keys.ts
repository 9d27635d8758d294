/**
 * The keys that a person at the terminal presses while `dev` serves.
 *
 * @module
 */

import {
  type BucketReport,
  formatBuckets,
  type LeveledLog,
  LOG_LEVELS,
} from "../log.ts";
import { keyHelp } from "./key_help.ts";
import { KeyPresses } from "./key_presses.ts";

/** What keys do, and what they say it on. */
export interface KeyActions {
  /** Where the project is served now. */
  readonly url: string;
  /** Where the explorer is now; absent where it is not served, and no key opens it. */
  readonly explorerUrl?: string | undefined;
  /** Builds and serves anew; absent where it is not possible, and no key asks for it. */
  readonly rebuild?: () => void;
  /** What is known of the buckets now. */
  buckets(): Promise<readonly BucketReport[]>;
  /** Opens an address; resolves to why it is not open, or to `undefined`. */
  open(url: string): Promise<string | undefined>;
  /** Stops as Ctrl-C does. */
  quit(): void;
  /** Its level is turned. */
  readonly log: LeveledLog;
  /** Writes lines. */
  print(text: string): void;
}

/** A terminal whose keys are read one by one. */
export interface KeyTerminal {
  readonly input: ReadableStream<Uint8Array>;
  /** How many characters a line holds. */
  columns(): number;
}

/** The keys while they are listened to. Disposing stops that, and leaves the terminal alone. */
export interface TerminalKeys extends Disposable {
  /** Says once which keys there are. */
  showHint(): void;
}

interface Key {
  readonly key: string;
  /** In the hint. */
  readonly name: string;
  /** In the list of keys. */
  readonly does: string;
  press(): void | Promise<void>;
}

/** Erases what is shown and what was, and goes to the first line. */
const CLEAR = "\x1b[H\x1b[2J\x1b[3J";

/** Ctrl-C, where the terminal makes no signal of it. */
const INTERRUPT = "\x03";

/** Starts to do what keys say. */
export function listenForKeys(
  terminal: KeyTerminal,
  actions: KeyActions,
): TerminalKeys {
  const keys = keysOf(terminal, actions);
  const stopping = new AbortController();
  void follow(terminal.input, keys, actions, stopping.signal);
  let isHinted = false;
  return {
    showHint() {
      if (isHinted || stopping.signal.aborted) return;
      isHinted = true;
      const hint = keys.map(({ key, name }) => `${key} ${name}`).join(", ");
      actions.print(`Keys: ${hint}\n`);
    },
    [Symbol.dispose]: () => stopping.abort(),
  };
}

async function follow(
  input: ReadableStream<Uint8Array>,
  keys: readonly Key[],
  actions: KeyActions,
  signal: AbortSignal,
): Promise<void> {
  const presses = new KeyPresses();
  try {
    for await (const bytes of input.values({ preventCancel: true })) {
      if (signal.aborted) return;
      const pressed = presses.read(bytes);
      if (pressed === INTERRUPT) actions.quit();
      // Not waited for: a browser may take its time.
      else void press(keys.find(({ key }) => key === pressed), actions);
    }
  } catch {
    // The terminal was closed. That is told by a signal, too.
  }
}

async function press(
  key: Key | undefined,
  { print }: KeyActions,
): Promise<void> {
  try {
    await key?.press();
  } catch (error) {
    const state = error instanceof Error ? error.message : String(error);
    print(`Cannot ${key?.does}: ${state}`);
  }
}

function keysOf(terminal: KeyTerminal, actions: KeyActions): readonly Key[] {
  const { rebuild, log, print } = actions;
  const open = async (address: string) => {
    const reason = await actions.open(address);
    if (reason === undefined) return;
    print(`Cannot open a browser: ${reason}; the address is ${address}`);
  };
  const keys: readonly Key[] = [
    ...rebuild === undefined ? [] : [{
      key: "r",
      name: "rebuild",
      does: "build the project again and serve what comes of it",
      press: rebuild,
    }],
    {
      key: "o",
      name: "open",
      does: "open the project in a browser",
      press: () => open(actions.url),
    },
    ...actions.explorerUrl === undefined ? [] : [{
      key: "e",
      name: "explorer",
      does: `open the explorer in a browser`,
      press: () => open(actions.explorerUrl ?? actions.url),
    }],
    {
      key: "b",
      name: "buckets",
      does: "show the buckets",
      async press() {
        print(`\n${formatBuckets(await actions.buckets())}\n`);
      },
    },
    {
      key: "l",
      name: "log level",
      does: `say less: ${LOG_LEVELS.join(", ")}, and ${LOG_LEVELS[0]} again`,
      press() {
        const next = LOG_LEVELS.indexOf(log.level) + 1;
        log.level = LOG_LEVELS[next % LOG_LEVELS.length]!;
        print(`Log level: ${log.level}`);
      },
    },
    {
      key: "c",
      name: "clear",
      does: "clear the terminal",
      press: () => print(CLEAR),
    },
    {
      key: "h",
      name: "help",
      does: "show this",
      press() {
        const rows = keys.map(({ key, does }) => [key, does] as const);
        print(keyHelp(rows, terminal.columns()));
      },
    },
    {
      key: "q",
      name: "quit",
      does: "finish the requests in flight and stop, as Ctrl-C does",
      press: () => actions.quit(),
    },
  ];
  return keys;
}
