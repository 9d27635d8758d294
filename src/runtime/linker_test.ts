import assert from "node:assert/strict";
import type { WantedInterface } from "./artifact.ts";
import type { HostInterface } from "./host_interface.ts";
import { link, LinkError } from "./linker.ts";

type Table = Readonly<Record<string, string>>;

function offer(
  name: string,
  version: string,
  functions: Table = {},
  types: Table = {},
): HostInterface {
  return {
    name,
    version,
    functions,
    types,
    resources: {},
    waits: [],
    imports: () => ({}),
  };
}

function want(
  label: string,
  functions: Table = {},
  types: Table = {},
): WantedInterface {
  const [name = "", version = ""] = label.split("@");
  return { name, version, label, functions, types };
}

const RANDOM = offer("wasi:random/random", "0.2.x", {
  "get-random-bytes": "func(len: u64) -> list<u8>",
  "get-random-u64": "func() -> u64",
});
const POLL = offer("wasi:io/poll", "0.2.x", {
  poll: "func(in: list<borrow<pollable>>) -> list<u32>",
}, { pollable: "resource" });
const STORE_2 = offer("wasi:keyvalue/store", "0.2.0-draft", {
  "open": "func(identifier: string) -> result<bucket, error>",
}, { bucket: "resource", error: "variant { no-such-store, other(string) }" });
const STORE_2_OTHER = offer("wasi:keyvalue/store", "0.2.0-draft", {
  "open": "func(identifier: string) -> result<bucket, error>",
}, { bucket: "resource", error: "variant { other(string) }" });
const TERMINAL = offer("wasi:cli/terminal-input", "0.2.x", {}, {
  "terminal-input": "resource",
});
const OFFERED = [RANDOM, POLL, STORE_2, STORE_2_OTHER, TERMINAL];

/** What the linker says of each missing import. */
function missing(...wanted: WantedInterface[]): readonly string[] {
  try {
    link(wanted, OFFERED);
  } catch (error) {
    if (!(error instanceof LinkError)) throw error;
    return error.missing.map(({ import: name, reason }) =>
      `${name}: ${reason}`
    );
  }
  return [];
}

Deno.test("link() pairs every import with its offer, in their order", () => {
  const poll = want("wasi:io/poll@0.2.3", POLL.functions, POLL.types);
  const random = want("wasi:random/random@0.2.0", {
    "get-random-u64": "func() -> u64",
  });
  assert.deepEqual(link([random, poll], OFFERED), [
    { wanted: random, offered: RANDOM },
    { wanted: poll, offered: POLL },
  ]);
});

Deno.test("link() takes any mix of patches of WASI 0.2, two of one interface too", () => {
  const wanted = ["0.2.0", "0.2.3", "0.2.12", "0.2.99"].map((version) =>
    want(`wasi:io/poll@${version}`, POLL.functions)
  );
  assert.deepEqual(
    link(wanted, OFFERED).map(({ offered }) => offered),
    [POLL, POLL, POLL, POLL],
  );
});

Deno.test("link() chooses by type between offers of one name and version", () => {
  for (const store of [STORE_2, STORE_2_OTHER]) {
    const wanted = want(
      "wasi:keyvalue/store@0.2.0-draft",
      store.functions,
      store.types,
    );
    assert.equal(link([wanted], OFFERED)[0]!.offered, store);
  }
});

/** The same import under a label. */
function labelled(label: string, wanted: WantedInterface): WantedInterface {
  return { ...wanted, label, labelled: true };
}

Deno.test("link() asks the offer that fits for one of its own for each label", () => {
  const asked: string[] = [];
  const made = new Map<string, HostInterface>();
  const store: HostInterface = {
    ...STORE_2,
    forLabel(label) {
      asked.push(label);
      const one = offer(STORE_2.name, STORE_2.version);
      made.set(label, one);
      return one;
    },
  };
  const plain = want(
    "wasi:keyvalue/store@0.2.0-draft",
    STORE_2.functions,
    STORE_2.types,
  );
  const wanted = [labelled("cache", plain), plain, labelled("other", plain)];
  const links = link(wanted, [STORE_2_OTHER, store]);
  assert.deepEqual(
    links.map(({ offered }) => offered),
    [made.get("cache"), store, made.get("other")],
  );
  assert.deepEqual(asked, ["cache", "other"]);
});

const REASONS: readonly [
  what: string,
  wanted: WantedInterface,
  reasons: readonly string[],
][] = [
  ["an interface with its nearest", want("wasi:random/randon@0.2.0"), [
    "wasi:random/randon@0.2.0: not offered; the nearest is wasi:random/random",
  ]],
  ["an interface with none near", want("acme:warehouse/shelf@1.0.0"), [
    "acme:warehouse/shelf@1.0.0: not offered",
  ]],
  ["another version", want("wasi:random/random@0.3.0"), [
    "wasi:random/random@0.3.0: this version is not offered; offered are 0.2.x",
  ]],
  ["another draft", want("wasi:keyvalue/store@0.2.0-draft2"), [
    "wasi:keyvalue/store@0.2.0-draft2: this version is not offered; " +
    "offered are 0.2.0-draft",
  ]],
  ["a release where there is a draft", want("wasi:keyvalue/store@0.2.0"), [
    "wasi:keyvalue/store@0.2.0: this version is not offered; " +
    "offered are 0.2.0-draft",
  ]],
  ["no version where there is one", want("wasi:io/poll"), [
    "wasi:io/poll: this version is not offered; offered are 0.2.x",
  ]],
  [
    "a function with its nearest",
    want("wasi:random/random@0.2.12", {
      "get-random-bits": "func(len: u64) -> list<u8>",
    }),
    [
      "wasi:random/random@0.2.12#get-random-bits: " +
      "no such function; the nearest is get-random-bytes",
    ],
  ],
  [
    "a function of an interface without any",
    want("wasi:cli/terminal-input@0.2.0", { read: "func()" }),
    [
      "wasi:cli/terminal-input@0.2.0#read: " +
      "no such function; the interface has none",
    ],
  ],
  [
    "a function named as what every object has",
    want("wasi:io/poll@0.2.0", { constructor: "func()" }),
    [
      "wasi:io/poll@0.2.0#constructor: no such function; the nearest is poll",
    ],
  ],
  [
    "a function of another type",
    want("wasi:random/random@0.2.0", { "get-random-u64": "func() -> u32" }),
    [
      "wasi:random/random@0.2.0#get-random-u64: " +
      "the component has func() -> u32 where Wharf has func() -> u64",
    ],
  ],
  [
    "a type of another definition, against the offer that fits best",
    want("wasi:keyvalue/store@0.2.0-draft", STORE_2.functions, {
      bucket: "resource",
      error: "string",
    }),
    [
      "wasi:keyvalue/store@0.2.0-draft#error: the component has string " +
      "where Wharf has variant { no-such-store, other(string) }",
    ],
  ],
  [
    "a label of what is offered without one only",
    labelled("mine", want("wasi:io/poll@0.2.0", POLL.functions)),
    [
      "mine: wasi:io/poll@0.2.0: " +
      "offered without a label only; import it without one",
    ],
  ],
  [
    "a labelled import of another type by its label and its interface",
    labelled(
      "cache",
      want("wasi:keyvalue/store@0.2.0-draft", { open: "func()" }),
    ),
    [
      "cache: wasi:keyvalue/store@0.2.0-draft#open: the component has func() " +
      "where Wharf has func(identifier: string) -> result<bucket, error>",
    ],
  ],
  [
    "a labelled import that is not offered",
    labelled("shelf", want("acme:warehouse/shelf")),
    ["shelf: acme:warehouse/shelf: not offered"],
  ],
  ["a function of the world", {
    name: "",
    version: "",
    label: "run",
    functions: { run: "func()" },
    types: {},
  }, [
    "run: functions imported by the world itself are not offered; " +
    "import an interface",
  ]],
];

for (const [what, wanted, reasons] of REASONS) {
  Deno.test(`link() names ${what}`, () => {
    assert.deepEqual(missing(wanted), reasons);
  });
}

Deno.test("link() lets a component have types that are no business of the offer", () => {
  assert.deepEqual(
    missing(want("wasi:io/poll@0.2.0", POLL.functions, {
      pollable: "resource",
      mine: "record { a: u8 }",
      toString: "u8",
    })),
    [],
  );
});

Deno.test("link() names everything that is missing at once", () => {
  assert.throws(
    () =>
      link([
        want("wasi:io/poll@0.2.0", POLL.functions),
        want("wasi:random/random@0.2.0", {
          "get-random-u64": "func() -> u32",
          "get-random-bits": "func()",
        }),
        want("wasi:random/randon@0.2.0"),
      ], OFFERED),
    {
      name: "LinkError",
      message: [
        "Cannot link the component: 3 imports are not offered",
        "  wasi:random/random@0.2.0#get-random-u64: the component has func() -> u32 where Wharf has func() -> u64",
        "  wasi:random/random@0.2.0#get-random-bits: no such function; the nearest is get-random-bytes",
        "  wasi:random/randon@0.2.0: not offered; the nearest is wasi:random/random",
      ].join("\n"),
    },
  );
});

Deno.test("link() says of one import what it says of many", () => {
  assert.throws(() => link([want("acme:a/b@1.0.0")], []), {
    message: "Cannot link the component: one import is not offered\n" +
      "  acme:a/b@1.0.0: not offered",
  });
});
