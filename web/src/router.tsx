import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { parseSearch, stringifySearch } from "./address/path-builder";
import { type AnalysisState, initialState, readState, writeState } from "./address/state";
import { CostAnalysisPage } from "./analysis/page";
import { NotFound } from "./shell/not-found";
import { Shell } from "./shell/shell";

const rootRoute = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const costAnalysisRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/",
  // The parser below has made a whole state of whatever the address holds.
  validateSearch: (search: Record<string, unknown>) => ({ ...initialState, ...search }) as AnalysisState,
  component: CostAnalysisPage,
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([costAnalysisRoute]),
  parseSearch: (text) => readState(parseSearch(text)),
  stringifySearch: (search) => stringifySearch(writeState({ ...initialState, ...search })),
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
