import {
  type HeaderLine,
  type HttpRequest,
  lineList,
} from "../runtime/http_message.ts";
import { parseTraceparent } from "../runtime/traceparent.ts";

/** What a door looks at in a request's head before anyone else does. */
export interface HeadFacts {
  readonly lines: readonly HeaderLine[];
  /** Bytes of all lines, with the two between name and value and the two at the end. */
  readonly size: number;
  /** Whether host and authority can stand in a URL and mean nothing else there. */
  readonly hostIsValid: boolean;
  readonly isWebSocket: boolean;
  readonly isGrpc: boolean;
  /** What `content-length` says, if it says a length. */
  readonly contentLength: number | undefined;
  /** The trace id of a valid `traceparent`. */
  readonly trace: string | undefined;
}

/** Says whether a text can be the `Host` of a request; {@linkcode isHost}, or what stands before it. */
export type HostCheck = (text: string) => boolean;

/** {@linkcode isHost}, which remembers the last one that is: clients of a server name the same. */
export function rememberingHostCheck(): HostCheck {
  let last: string | undefined;
  return (text) => {
    if (text === last) return true;
    if (!isHost(text)) return false;
    last = text;
    return true;
  };
}

/** Looks through a request's head once. */
export function headFacts(
  request: HttpRequest,
  isValidHost: HostCheck = isHost,
): HeadFacts {
  const { headers, url } = request;
  const lines = lineList(headers);
  let size = 0;
  let hosts = 0;
  const authority = authorityOf(url);
  // Nearly always it is one that was seen before, and need not be looked through.
  let hostIsValid = isValidHost(authority) ||
    isValidHost(authority.replace(/[?#].*/s, ""));
  let upgrade = "";
  let contentType = "";
  let contentLength: number | undefined;
  let traces = 0;
  let trace: string | undefined;
  for (const [name, value] of lines) {
    size += name.length + value.length + 4;
    switch (name.length) {
      case 4:
        if (!same(name, "host")) break;
        hosts++;
        hostIsValid &&= isValidHost(value);
        break;
      case 7:
        if (same(name, "upgrade")) upgrade = value;
        break;
      case 11:
        if (!same(name, "traceparent")) break;
        traces++;
        trace = traceOf(value);
        break;
      case 12:
        if (same(name, "content-type")) contentType = value;
        break;
      case 14:
        if (same(name, "content-length") && /^\d+$/.test(value)) {
          contentLength = Number(value);
        }
    }
  }
  return {
    lines,
    size,
    hostIsValid: hostIsValid && hosts < 2,
    isWebSocket: upgrade !== "" &&
      /(?:^|[\s,])websocket(?:$|[\s,])/i.test(upgrade),
    isGrpc: contentType !== "" &&
      /^application\/grpc(?:$|[+;\s])/i.test(contentType),
    contentLength,
    trace: traces === 1 ? trace : undefined,
  };
}

function same(name: string, lower: string): boolean {
  return name === lower || name.toLowerCase() === lower;
}

/**
 * RFC 3986, 3.2.2 and 3.2.3, without user information: what a URL is put together from, so a
 * slash or an `@` in it would move where the host ends.
 */
const HOST =
  /^(?:\[[0-9A-Fa-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+)(?::\d{0,5})?$/;

/** Whether a text can be the `Host` of a request. */
export function isHost(text: string): boolean {
  return HOST.test(text);
}

/** What stands between `//` and the path; a query may follow it where there is no path. */
function authorityOf(url: string): string {
  const start = url.indexOf("://") + 3;
  const path = url.indexOf("/", start);
  const end = path < 0 ? url.length : path;
  return url.slice(start, end);
}

/** The trace id of a `traceparent`; `undefined` where that is not valid. */
export function traceOf(traceparent: string): string | undefined {
  return parseTraceparent(traceparent)?.traceId;
}
