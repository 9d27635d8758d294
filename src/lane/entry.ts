/**
 * What a lane's Worker runs. It is a program like `main.ts`, and runs when it is loaded.
 *
 * @module
 */

import type { Batch, MessageEndpoint } from "../runtime/outbox.ts";
import { type LaneMessage, serveLane } from "./serve.ts";

/** A Worker's own scope; the compiler knows that of a window alone. */
interface WorkerScope extends MessageEndpoint {
  onmessage: ((event: MessageEvent<Batch<LaneMessage>>) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const take = serveLane(scope);
scope.onmessage = ({ data }) => take(data);
