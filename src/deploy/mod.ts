/**
 * The deployment room: what `deno task build` writes, and what opens it where it runs. What
 * runs a deployment knows no YAML, no transpiler and no dev server, and is all of this room
 * that a deployment carries.
 *
 * @module
 */

export {
  DeploymentError,
  type DeploymentErrorCode,
} from "./deployment_error.ts";
export {
  type Deployment,
  openDeployment,
  type OpenDeploymentOptions,
} from "./open_deployment.ts";
export { type Target, TARGETS } from "./deployment_file.ts";
