/** Rust guests: a cargo project in `src/<name>`, built for a target that makes components. */

import { HERE, run } from "./run.ts";

/** What cargo builds for. */
export interface RustGuest {
  readonly target: "wasm32-wasip2";
  /** The file that cargo leaves in its folder for the target. */
  readonly file: string;
}

/** Where sid_rust.sh put a rustc that knows the target; `rustup`'s own serves as well. */
const RUST = Deno.env.get("GUEST_RUST") ?? "/opt/sid/bin";

export async function buildRust(
  name: string,
  guest: RustGuest,
): Promise<Uint8Array> {
  const folder = `${HERE}/build/${name}`;
  await run([
    "cargo",
    "build",
    "--locked",
    "--release",
    "--target",
    guest.target,
  ], {
    cwd: `${HERE}/src/${name}`,
    env: {
      CARGO_TARGET_DIR: folder,
      RUSTC: `${RUST}/rustc`,
      PATH: `${RUST}:${Deno.env.get("PATH")}`,
    },
  });
  return await Deno.readFile(`${folder}/${guest.target}/release/${guest.file}`);
}
