/**
 * The explorer's page. `deno task explorer` makes `../assets/explorer.js` of it.
 *
 * @module
 */

import { render } from "preact";
import { App } from "./app.tsx";
import { openSession } from "./session.ts";

const root = document.getElementById("explorer");
if (root !== null) render(<App session={openSession()} />, root);
