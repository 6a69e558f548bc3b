import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from "@tanstack/react-router";
import { parseSearch, stringifySearch } from "./address/path-builder";
import type { Search } from "./address/search";
import { isAnalysisState, readState, writeState } from "./address/state";
import { CostAnalysisPage } from "./analysis/page";
import type { OptimizationSearch } from "./optimization/address";
import { NotFound } from "./shell/not-found";
import { Shell } from "./shell/shell";
import type { TrendSearch } from "./trends/address";

/** One text parameter of an address. */
const text = (search: Search, name: string) => {
  const value = search[name];
  return Array.isArray(value) ? value[0] : value;
};

const rootRoute = createRootRoute({ component: Outlet, notFoundComponent: NotFound });
const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: "shell", component: Shell });

const costAnalysisRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  // Links carry a whole state, the address what differs from the page's start.
  validateSearch: (search: Record<string, unknown>) =>
    isAnalysisState(search) ? search : readState(search as Search),
  component: CostAnalysisPage,
});

/** Of an organization with several; without it, its main one. */
function chosenCurrency(search: Search): { currency?: string } {
  const currency = text(search, "currency");
  return currency === undefined ? {} : { currency };
}

const connectionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/connections",
  component: lazyRouteComponent(() => import("./connections/list"), "ConnectionsPage"),
});

const newConnectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/connections/new",
  component: lazyRouteComponent(() => import("./connections/new"), "NewConnectionPage"),
});

const connectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/connections/$id",
  component: lazyRouteComponent(() => import("./connections/health"), "ConnectionPage"),
});

const billDiffRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/connections/$id/changes",
  validateSearch: (search: Search) => ({
    month: text(search, "month"),
    at: text(search, "at"),
    currency: text(search, "currency"),
  }),
  component: lazyRouteComponent(() => import("./connections/bill-diff-page"), "BillDiffPage"),
});

const setUpConnectionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/connections/$id/set-up",
  validateSearch: (search: Search) => ({ step: text(search, "step") }),
  component: lazyRouteComponent(() => import("./connections/wizard"), "WizardPage"),
});

const allocationRoute = createRoute({
  getParentRoute: () => shellRoute,
  id: "allocation",
  component: lazyRouteComponent(() => import("./subsets/allocation"), "AllocationPages"),
});

const subsetsRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/subsets",
  validateSearch: chosenCurrency,
  component: lazyRouteComponent(() => import("./subsets/list"), "SubsetsPage"),
});

const subsetRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/subsets/$id",
  validateSearch: chosenCurrency,
  component: lazyRouteComponent(() => import("./subsets/page"), "SubsetPage"),
});

const accountsRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/accounts",
  validateSearch: (search: Search) => ({
    view: text(search, "view"),
    q: text(search, "q"),
    sort: text(search, "sort"),
    ...chosenCurrency(search),
  }),
  component: lazyRouteComponent(() => import("./accounts/page"), "AccountsPage"),
});

const virtualTagsRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/virtual-tags",
  component: lazyRouteComponent(() => import("./virtual-tags/list"), "VirtualTagsPage"),
});

const newVirtualTagRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/virtual-tags/new",
  component: lazyRouteComponent(() => import("./virtual-tags/editor-page"), "NewVirtualTagPage"),
});

const virtualTagRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/virtual-tags/$id",
  component: lazyRouteComponent(() => import("./virtual-tags/editor-page"), "VirtualTagPage"),
});

const sharedCostsRoute = createRoute({
  getParentRoute: () => allocationRoute,
  path: "/shared-costs",
  component: lazyRouteComponent(() => import("./shared-costs/page"), "SharedCostsPage"),
});

/** The pages read it themselves: `trends/address.ts`. */
const asWritten = (search: Search): TrendSearch => search as TrendSearch;

const trendsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends",
  validateSearch: asWritten,
  component: lazyRouteComponent(() => import("./trends/page"), "TrendsPage"),
});

const trendEventsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends/events",
  validateSearch: asWritten,
  component: lazyRouteComponent(() => import("./trends/events-page"), "EventsPage"),
});

const trendEventRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends/events/$id",
  validateSearch: asWritten,
  component: lazyRouteComponent(() => import("./trends/event-page"), "EventPage"),
});

const definitionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends/definitions",
  component: lazyRouteComponent(() => import("./trends/definitions-page"), "DefinitionsPage"),
});

const newDefinitionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends/definitions/new",
  component: lazyRouteComponent(() => import("./trends/definition-page"), "NewDefinitionPage"),
});

const definitionRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/trends/definitions/$id",
  component: lazyRouteComponent(() => import("./trends/definition-page"), "DefinitionPage"),
});

const optimizationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/optimization",
  // The page reads it itself: `optimization/address.ts`.
  validateSearch: (search: Search): OptimizationSearch => search as OptimizationSearch,
  component: lazyRouteComponent(() => import("./optimization/page"), "OptimizationPage"),
});

const budgetsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/budgets",
  validateSearch: (search: Search) => ({ budget: text(search, "budget") }),
  component: lazyRouteComponent(() => import("./budgets/page"), "BudgetsPage"),
});

const organizationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/organization",
  validateSearch: (search: Search) => ({ tab: text(search, "tab") }),
  component: lazyRouteComponent(() => import("./organization/page"), "OrganizationPage"),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: (search: Search) => ({ to: text(search, "to"), problem: text(search, "problem") }),
  component: lazyRouteComponent(() => import("./identity/sign-in"), "SignInPage"),
});

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  validateSearch: (search: Search) => ({ token: text(search, "token") }),
  component: lazyRouteComponent(() => import("./identity/set-up"), "SetUpPage"),
});

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitation",
  validateSearch: (search: Search) => ({ token: text(search, "token") }),
  component: lazyRouteComponent(() => import("./identity/invitation"), "InvitationPage"),
});

const ownInvitationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/invitations",
  component: lazyRouteComponent(() => import("./identity/own-invitations"), "OwnInvitationsPage"),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    shellRoute.addChildren([
      costAnalysisRoute,
      allocationRoute.addChildren([
        subsetsRoute,
        subsetRoute,
        accountsRoute,
        virtualTagsRoute,
        newVirtualTagRoute,
        virtualTagRoute,
        sharedCostsRoute,
      ]),
      trendsRoute,
      trendEventsRoute,
      trendEventRoute,
      definitionsRoute,
      newDefinitionRoute,
      definitionRoute,
      optimizationRoute,
      budgetsRoute,
      connectionsRoute,
      newConnectionRoute,
      connectionRoute,
      billDiffRoute,
      setUpConnectionRoute,
      organizationRoute,
    ]),
    signInRoute,
    setUpRoute,
    invitationRoute,
    ownInvitationsRoute,
  ]),
  parseSearch,
  stringifySearch: (search) =>
    stringifySearch(isAnalysisState(search) ? writeState(search) : definedOnly(search as Search)),
  scrollRestoration: false,
});

function definedOnly(search: Record<string, string | string[] | undefined>): Search {
  return Object.fromEntries(Object.entries(search).filter((entry): entry is [string, string] => !!entry[1]));
}

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
