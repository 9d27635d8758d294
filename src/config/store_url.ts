import type { Read, ValueRule } from "./value_rule.ts";

/** How the URL of one kind of server is checked. */
export interface UrlRuleOptions {
  /** The schemes it may have, without `:`. */
  readonly schemes: readonly string[];
  /** Schemes that people try, each with the reason why it is refused. */
  readonly refused?: Readonly<Record<string, string>>;
}

/** The URL of a server. */
export function serverUrl(options: UrlRuleOptions): ValueRule {
  const { schemes, refused = {} } = options;
  return {
    allowed: `a URL that starts with ${schemes.join(":// or ")}://`,
    kinds: ["text"],
    credentials: true,
    json: { type: "string", pattern: `^(${schemes.join("|")})://.` },
    read(value): Read {
      const text = String(value);
      const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1];
      if (scheme === undefined) return { refused: "no scheme" };
      const name = scheme.toLowerCase();
      if (!schemes.includes(name)) {
        const reason = Object.hasOwn(refused, name) ? refused[name] : undefined;
        return { refused: reason ?? `scheme "${scheme}"` };
      }
      if (!URL.canParse(text)) return { refused: "not a URL" };
      return new URL(text).hostname === ""
        ? { refused: "no host" }
        : { accepted: text };
    },
  };
}

/** The URL of a Redis server. */
export const REDIS_URL: ValueRule = serverUrl({ schemes: ["redis", "rediss"] });

const NO_WEB_SOCKET = "NATS over WebSocket is not supported, its TCP port is";

/** The URL of a NATS server. */
export const NATS_URL: ValueRule = serverUrl({
  schemes: ["nats", "tls"],
  refused: { ws: NO_WEB_SOCKET, wss: NO_WEB_SOCKET },
});

/** The URL of a PostgreSQL server. */
export const POSTGRES_URL: ValueRule = serverUrl({
  schemes: ["postgres", "postgresql"],
});

/** The URL of any of the servers a bucket can live on. */
export const BUCKET_URL: ValueRule = serverUrl({
  schemes: ["redis", "rediss", "nats", "tls", "http", "https"],
  refused: { ws: NO_WEB_SOCKET, wss: NO_WEB_SOCKET },
});

/** The Deno KV database that lives in memory. */
export const DENO_KV_IN_MEMORY = ":memory:";

/** The Deno KV database that the platform provides; no path can be written so. */
export const DENO_KV_PROVIDED = "";

/** A Deno KV database: a file, memory, or a server. */
export const DENO_KV: ValueRule = {
  allowed: `a path, "${DENO_KV_IN_MEMORY}" or a URL that starts with ` +
    "http:// or https://",
  kinds: ["text"],
  credentials: true,
  json: { type: "string", minLength: 1 },
  read(value, resolvePath): Read {
    const text = String(value);
    if (text === "") return { refused: "an empty path" };
    if (text === DENO_KV_IN_MEMORY) return { accepted: text };
    const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1];
    if (scheme === undefined) return { accepted: resolvePath(text) };
    if (!/^https?$/i.test(scheme)) return { refused: `scheme "${scheme}"` };
    return URL.canParse(text) ? { accepted: text } : { refused: "not a URL" };
  },
};
