import type { NamedTexts } from "./config.ts";

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
  /** Hosts that its outgoing requests may go to, in place of the workload's. */
  readonly allowedHosts?: readonly string[];
  /** Names that it may look up, in place of the workload's. */
  readonly allowedIpNameLookups?: readonly string[];
  /** Ports of this machine that it may connect to, in place of the workload's. */
  readonly allowedHostLoopbackPorts?: readonly string[];
}
