import type { Search } from "./search";
import { type AnalysisState, writeState } from "./state";

/** Repeated names for lists (`filter=a&filter=b`): the grammar that the API and the command line share. */
export function stringifySearch(search: Search): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(name, item);
  }
  const text = parameters.toString();
  return text ? `?${text}` : "";
}

export function parseSearch(text: string): Search {
  const search: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const known = search[name];
    search[name] = known === undefined ? value : [...(Array.isArray(known) ? known : [known]), value];
  }
  return search;
}

/** The only place that knows addresses. */
export const paths = {
  costAnalysis: (state: AnalysisState) => `/${stringifySearch(writeState(state))}`,
  /** The page's query string without "?", as saved reports keep it. */
  costAnalysisQuery: (state: AnalysisState) => stringifySearch(writeState(state)).slice(1),
  costsFile: (format: "csv" | "xlsx" | "parquet", query: Search) =>
    `/api/v1/costs.${format}${stringifySearch(query)}`,
  explainCsv: (query: Search) => `/api/v1/explain.csv${stringifySearch(query)}`,
  purchasePlan: (query: Search) => `/api/v1/optimization/buy.csv${stringifySearch(query)}`,
  openApi: () => "/api/v1/openapi.json",
  oidcStart: (to: string) => `/api/v1/oidc/start${stringifySearch({ to })}`,
  template: (id: string, query: Search) =>
    `/api/v1/connections/${encodeURIComponent(id)}/template${stringifySearch(query)}`,
  verificationEvents: (id: string) => `/api/v1/connections/${encodeURIComponent(id)}/verification/events`,
  events: () => "/api/v1/events",
  processingEvents: (id: string) => `/api/v1/connections/${encodeURIComponent(id)}/processing/events`,
};
