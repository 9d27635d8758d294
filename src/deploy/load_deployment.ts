/**
 * Reads a deployment. A program of its own, and small: modules are compiled in threads of V8
 * while the rest of the code is loaded.
 *
 * @module
 */

import {
  type Artifact,
  ArtifactError,
  readArtifact,
} from "../runtime/artifact.ts";
import { DeploymentError } from "./deployment_error.ts";
import {
  artifactFolder,
  type DeploymentFile,
  readDeploymentFile,
} from "./deployment_file.ts";

/** A deployment as it was read. */
export interface LoadedDeployment {
  readonly file: DeploymentFile;
  /** Of the component that is served, then of each sibling; rejects with a {@linkcode DeploymentError}. */
  readonly artifacts: Promise<readonly Artifact[]>;
}

/**
 * Reads a deployment.
 *
 * @param dist The deployment's folder: a `file:` URL that ends in a slash.
 * @throws {DeploymentError} It is none.
 */
export function loadDeployment(dist: URL): Promise<LoadedDeployment> {
  return Promise.try(() => {
    const file = readDeploymentFile(dist);
    const artifacts = Promise.all(
      Array.from(
        { length: 1 + file.siblings.length },
        (_, index) => loadComponent(new URL(artifactFolder(index), dist)),
      ),
    );
    // Whoever waits for them may come to it late.
    artifacts.catch(() => {});
    return { file, artifacts };
  });
}

async function loadComponent(folder: URL): Promise<Artifact> {
  try {
    return await readArtifact({
      place: folder.pathname,
      // What was read otherwise would wait until all code is loaded, and the compiler with it.
      read: (name) => Deno.readFileSync(new URL(name, folder)),
    });
  } catch (error) {
    if (!(error instanceof ArtifactError)) throw error;
    throw new DeploymentError(
      "unreadable",
      `${error.message}; "deno task build" makes it again`,
      { cause: error },
    );
  }
}
