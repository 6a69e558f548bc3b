// What is asked for while the script of the page is still on its way: a file of its own, small, and run as soon as it is
// there (vite.config.ts). Nothing that draws belongs here, and nothing that draws may be imported from here.
import { QueryClient } from "@tanstack/react-query";
import { askAnalysis } from "./analysis/start";
import { ApiProblem } from "./api/client";
import { sessionQuery } from "./api/session-query";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // Figures change when a month is published, and the version of the data is part of their key.
      staleTime: 5 * 60_000,
      refetchOnWindowFocus: false,
      // What the server says stands; what did not reach it is tried once more.
      retry: (failures, error) => failures < 1 && error instanceof ApiProblem && error.status === 0,
    },
  },
});

/** Done when all that the address shows is there. */
export const asked: Promise<void> =
  window.location.pathname === "/" ? askAnalysis(queryClient) : queryClient.prefetchQuery(sessionQuery());
