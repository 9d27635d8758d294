/// <reference path="./interfaces/wasi-clocks-monotonic-clock.d.ts" />
/// <reference path="./interfaces/wasi-http-incoming-handler.d.ts" />
/// <reference path="./interfaces/wasi-http-types.d.ts" />
/// <reference path="./interfaces/wasi-io-error.d.ts" />
/// <reference path="./interfaces/wasi-io-poll.d.ts" />
/// <reference path="./interfaces/wasi-io-streams.d.ts" />
/// <reference path="./interfaces/wasi-keyvalue-store.d.ts" />
declare module "wharf:http-kv-handler/http-kv-handler" {
  export type * as WasiClocksMonotonicClock0212 from "wasi:clocks/monotonic-clock@0.2.12"; // import wasi:clocks/monotonic-clock@0.2.12
  export type * as WasiHttpTypes0212 from "wasi:http/types@0.2.12"; // import wasi:http/types@0.2.12
  export type * as WasiIoError0212 from "wasi:io/error@0.2.12"; // import wasi:io/error@0.2.12
  export type * as WasiIoPoll0212 from "wasi:io/poll@0.2.12"; // import wasi:io/poll@0.2.12
  export type * as WasiIoStreams0212 from "wasi:io/streams@0.2.12"; // import wasi:io/streams@0.2.12
  export type * as WasiKeyvalueStore020Draft from "wasi:keyvalue/store@0.2.0-draft"; // import wasi:keyvalue/store@0.2.0-draft
  export * as incomingHandler from "wasi:http/incoming-handler@0.2.12"; // export wasi:http/incoming-handler@0.2.12
}
