/**
 * A dev server that is running, as its explorer lets others see it.
 *
 * @module
 */

import type { Problem, ProjectStatus } from "../../explorer/api.ts";
import { KeyValueError } from "../../keyvalue/store.ts";
import { UsageError } from "../command.ts";
import { type FaultCode, KvFault } from "./fault.ts";

/** Where a dev server is, and what opens it. */
export interface DevServerAddress {
  /** `http://127.0.0.1:8000` */
  readonly origin: string;
  /** Where the explorer asks for one. */
  readonly token?: string | undefined;
}

/** The variable that the token is taken from: a command line is seen by others. */
export const TOKEN_VARIABLE = "WHARF_EXPLORER_TOKEN";

/** Below which path the API is. */
const API = "/_wharf/api";

/** Milliseconds that the first answer may take; what it says is at hand. */
const PATIENCE = 5_000;

/** The longest address that `fetch` takes, in bytes; it would say that there is no server. */
const LONGEST = 65_534;

/** A call of the API. */
export interface ApiCall {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Below the API: `/value`. */
  readonly path: `/${string}`;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

/** An answer: what was asked for, or why not. */
export type ApiAnswer =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly problem: Problem };

/** An answer that is not the explorer's. */
interface ForeignAnswer {
  readonly ok: false;
  readonly problem?: undefined;
  readonly status: number;
}

/** The address that `--url` names. */
export function parseServerUrl(text: string): string {
  const url = URL.parse(text);
  const isPlain = url !== null && /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === "" &&
    /^\/(_wharf\/?)?$/.test(url.pathname);
  if (isPlain) return url.origin;
  // It may hold a password, which is not repeated.
  throw new UsageError(
    "Cannot use --url: it is no address such as http://127.0.0.1:8000; " +
      `a token goes into ${TOKEN_VARIABLE}`,
  );
}

/** A dev server that answers. */
export class DevServer {
  readonly #address: DevServerAddress;

  /** What it serves. */
  readonly status: ProjectStatus;

  private constructor(address: DevServerAddress, status: ProjectStatus) {
    this.#address = address;
    this.status = status;
  }

  /** `http://127.0.0.1:8000` */
  get origin(): string {
    return this.#address.origin;
  }

  /**
   * Finds out whether there is one.
   *
   * @throws {KvFault} `no-server`: none is there, or another one. `access-denied`: it wants a token.
   */
  static async reach(address: DevServerAddress): Promise<DevServer> {
    const { origin } = address;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await send(address, {
        method: "GET",
        path: "/status",
        signal: patience.signal,
      });
      if (!answer.ok) {
        throw answer.problem === undefined
          ? noExplorer(origin)
          : faultOf(answer.problem);
      }
      const status = await jsonOf<Partial<ProjectStatus>>(
        answer.response,
        origin,
      );
      if (isStatus(status)) return new DevServer(address, status);
      throw noExplorer(origin);
    } catch (error) {
      if (!patience.signal.aborted) throw error;
      throw new KvFault(
        "no-server",
        `Cannot reach "${origin}": it does not answer`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Makes a call. The body of what it answers MUST be read or cancelled.
   *
   * @throws {KvFault} `no-server`: it has gone.
   */
  async call(call: ApiCall): Promise<ApiAnswer> {
    const answer = await send(this.#address, call);
    if (answer.ok || answer.problem !== undefined) return answer;
    const why = answer.status === 414 || answer.status === 431
      ? "the name or the key is longer than dev.http allows a head to be"
      : `it answers ${answer.status}, and no longer as the explorer does`;
    throw new KvFault("no-server", `Cannot use "${this.origin}": ${why}`);
  }

  /** Makes a call whose refusal ends the command, and reads the JSON that it answers. */
  async json<Body>(call: ApiCall): Promise<Body> {
    const answer = await this.call(call);
    if (!answer.ok) throw faultOf(answer.problem);
    return await this.read<Body>(answer.response);
  }

  /** Reads the JSON of an answer. */
  read<Body>(response: Response): Promise<Body> {
    return jsonOf<Body>(response, this.origin);
  }

  /** The same of one that answers nothing. */
  async done(call: ApiCall): Promise<void> {
    const answer = await this.call(call);
    if (!answer.ok) throw faultOf(answer.problem);
    await answer.response.body?.cancel();
  }
}

async function send(
  { origin, token }: DevServerAddress,
  { method, path, query = {}, headers, body, signal }: ApiCall,
): Promise<ApiAnswer | ForeignAnswer> {
  const url = new URL(`${API}${path}`, origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, value);
  }
  if (url.href.length > LONGEST) {
    throw new KeyValueError(
      "other",
      `Cannot ask "${origin}": the name or the key is longer than an address can be; ` +
        "use a shorter one",
    );
  }
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: {
        ...headers,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      // The token is for no other server.
      redirect: "manual",
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    if (!(cause instanceof TypeError)) throw cause;
    throw gone(origin, cause);
  }
  if (response.ok) return { ok: true, response };
  const { status } = response;
  const type = response.headers.get("content-type") ?? "";
  if (!type.startsWith("application/problem+json")) {
    await response.body?.cancel();
    return { ok: false, status };
  }
  const problem = await jsonOf<Partial<Problem>>(response, origin);
  // Wharf's answer for a guest that failed is a problem, too, and has no code.
  return isProblem(problem) ? { ok: false, problem } : { ok: false, status };
}

async function jsonOf<Body>(
  response: Response,
  origin: string,
): Promise<Body> {
  try {
    return await response.json();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw noExplorer(origin, cause);
    // It broke off.
    throw cause instanceof TypeError ? gone(origin, cause) : cause;
  }
}

function isStatus(status: Partial<ProjectStatus>): status is ProjectStatus {
  return typeof status?.version === "string" &&
    typeof status.component === "string";
}

function isProblem(problem: Partial<Problem>): problem is Problem {
  return typeof problem?.code === "string" &&
    typeof problem.detail === "string";
}

/** What fails below HTTP; a certificate that nobody trusts is not told apart. */
function gone(origin: string, cause: unknown): KvFault {
  const state = origin.startsWith("https:")
    ? "no server answers there whose certificate is trusted; DENO_CERT names " +
      "the file of who signed it"
    : "no server answers there";
  return new KvFault(
    "no-server",
    `Cannot reach "${origin}": ${state}; start "deno task dev", ` +
      "or name another by --url",
    { cause },
  );
}

function noExplorer(origin: string, cause?: unknown): KvFault {
  return new KvFault(
    "no-server",
    `Cannot reach "${origin}": what answers there is no explorer of Wharf; ` +
      "it is another server, or dev.explorer is false",
    { cause },
  );
}

/** What a refusal is to the command line. */
export function faultOf({ code, detail }: Problem): KvFault | KeyValueError {
  switch (code) {
    case "no-such-store":
    case "access-denied":
      return new KeyValueError(code, detail);
    case "unauthorized":
      return new KvFault(
        "access-denied",
        `Cannot use the explorer: the token is missing or wrong; set ${TOKEN_VARIABLE}`,
      );
    default: {
      const fault = FAULTS[code];
      return fault === undefined
        ? new KeyValueError("other", detail)
        : new KvFault(fault, detail);
    }
  }
}

const FAULTS: Readonly<Partial<Record<Problem["code"], FaultCode>>> = {
  "forbidden": "access-denied",
  "not-found": "no-such-key",
  "conflict": "conflict",
  "too-large": "input",
  "not-supported": "unsupported",
};
