import type { NamedTexts } from "./config.ts";
import type { EgressConfig } from "./egress_config.ts";

/** A component beside the one that is served, for it to import from. */
export interface ComponentEntry {
  /** Its name, unique among them. */
  readonly name: string;
  /** Its file, absolute. */
  readonly file: string;
  /** The environment variables that it sees: those of the workload, and its own over them. */
  readonly environment: NamedTexts;
  /** What it reads through `wasi:config/store`: the same way. */
  readonly config: NamedTexts;
  /** Where it may connect to, if not where the workload may: lists of its own in place of the workload's. */
  readonly egress?: EgressConfig;
}
