import { Refusal } from "./problem.ts";
import { json, type Route } from "./route.ts";
import { listOf } from "./json_schema.ts";
import { schemaOf } from "./schemas.ts";

const JSON_TYPE = "application/json";

/** What is served, and how it was built. */
export const PROJECT_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: "/status",
    id: "getStatus",
    does: "What is served, and what the dev server is doing",
    answers: {
      200: {
        doc: "The project",
        type: JSON_TYPE,
        schema: schemaOf("ProjectStatus"),
      },
    },
    handle: ({ project }) => json(project.status()),
  },
  {
    method: "GET",
    path: "/builds",
    id: "listBuilds",
    does: "The builds that are remembered, the newest first",
    answers: {
      200: {
        doc: "The builds",
        type: JSON_TYPE,
        schema: listOf(schemaOf("BuildRecord")),
      },
    },
    handle: ({ project }) => json(project.builds()),
  },
  {
    method: "POST",
    path: "/rebuild",
    id: "rebuild",
    does: "Builds and swaps as after a save",
    notes: "How it ends is told by the event `build` and by the list of " +
      "builds. A build under way begins anew.",
    answers: {
      202: {
        doc: "It has begun, or begins next",
        type: JSON_TYPE,
        schema: schemaOf("BuildState"),
      },
    },
    handle({ project }) {
      project.rebuild();
      return json(project.status().build, 202);
    },
  },
  {
    method: "GET",
    path: "/component",
    id: "getComponent",
    does: "The component that is served, and what satisfies its imports",
    answers: {
      200: {
        doc: "The component, and those beside it",
        type: JSON_TYPE,
        schema: schemaOf("ComponentReport"),
      },
    },
    refusals: ["not-found"],
    async handle({ project }) {
      const report = await project.component();
      if (report !== undefined) return json(report);
      throw new Refusal(
        "not-found",
        "Cannot tell of the component: none is served yet; see the builds",
      );
    },
  },
];
