import { BUCKET_ROUTES } from "./bucket_routes.ts";
import { DUMP_ROUTES } from "./dump_routes.ts";
import { EVENT_ROUTES } from "./event_routes.ts";
import { KEY_ROUTES } from "./key_routes.ts";
import { describeApi } from "./openapi.ts";
import { PROJECT_ROUTES } from "./project_routes.ts";
import { REQUEST_ROUTES } from "./request_routes.ts";
import { json, type Route } from "./route.ts";
import { VALUE_ROUTES } from "./value_routes.ts";

/** Every route of the API: the router and the document know no other. */
export const ROUTES: readonly Route[] = [
  ...PROJECT_ROUTES,
  ...BUCKET_ROUTES,
  ...KEY_ROUTES,
  ...VALUE_ROUTES,
  ...DUMP_ROUTES,
  ...REQUEST_ROUTES,
  ...EVENT_ROUTES,
  {
    method: "GET",
    path: "/openapi.json",
    id: "getDocument",
    does: "This document",
    answers: {
      200: {
        doc: "The document",
        type: "application/json",
        schema: { type: "object" },
      },
    },
    handle: ({ project }) => json(describeApi(ROUTES, project.status())),
  },
];
