import type { QueryClient } from "@tanstack/react-query";
import { inOneCurrency } from "../address/currency";
import { subsetFilter } from "../address/filter";
import { parseSearch } from "../address/path-builder";
import { type AnalysisState, readState } from "../address/state";
import { dataVersion, queries } from "../api/queries";
import { sessionQuery } from "../api/session-query";
import type { Overview } from "../api/types";
import { mainCostsQuery, scopeOf, topAccountsQuery } from "./scope";

/** Asks for all that the address shows, before anything is drawn and before that which draws is there. Drawing takes the
 *  browser longer than answering takes the server, and each stage would wait for the one before: so the first drawing has
 *  the figures in it. */
export async function askAnalysis(client: QueryClient): Promise<void> {
  const state = readState(parseSearch(window.location.search));
  try {
    // Both at once: who may not see the overview is refused, and sent to sign in by the page.
    const [session, overview] = await Promise.all([
      client.fetchQuery(sessionQuery()),
      client.fetchQuery(queries.overview(state.asOf)),
    ]);
    if (!session.organization) return;
    if (overview.has_data) await askFigures(client, state, overview);
  } catch {
    // The page asks again, and shows what is wrong.
  }
}

async function askFigures(client: QueryClient, asked: AnalysisState, overview: Overview): Promise<void> {
  const state = { ...asked, filters: [...inOneCurrency(asked.filters, overview)] };
  const version = dataVersion(overview);
  const subset = subsetFilter(state.filters);
  const scope = scopeOf(state, overview, undefined);
  await Promise.all([
    client.prefetchQuery(queries.summary(version, state.metric, subset)),
    // Breakdowns by tags and cost categories wait for the names that there are.
    scope.groupBy.length > 0 && client.prefetchQuery(mainCostsQuery(scope)),
    client.prefetchQuery(queries.dimensions(version)),
    client.prefetchQuery(queries.projection(version, state.metric, subset)),
    client.prefetchQuery(queries.savings(version, subset)),
    client.prefetchQuery(topAccountsQuery(state, scope)),
  ]);
}
