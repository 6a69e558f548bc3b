import { compareText } from "../address/compare";
import { currencyOf, inOneCurrency } from "../address/currency";
import { filterText, subsetFilter } from "../address/filter";
import { joinList } from "../address/list";
import { resolveRange, type Span, type View } from "../address/range";
import { dataEnd, recentSpan } from "../address/recent";
import { type AnalysisState, effectiveView } from "../address/state";
import { namedTags } from "../address/tab-menu";
import { brokenDownBy, type TabNames, tabDimensions } from "../address/tabs";
import { type CostsQuery, dataVersion, pastOf, queries } from "../api/queries";
import type { Dimensions, Overview } from "../api/types";

/** What the state means for the data that is there. */
export interface Scope {
  overview: Overview;
  /** The one that every figure of the page is in. */
  currency: string;
  dimensions: Dimensions | undefined;
  version: string;
  span: Span;
  view: View;
  names: TabNames;
  /** Dimensions of the breakdown; none while a name that it needs is not known. */
  groupBy: readonly string[];
  query: CostsQuery;
  /** What figures are compared with, as the API writes it. */
  compare: string;
  /** Day from which on the data are not complete. */
  completeTo: string | undefined;
}

export function scopeOf(state: AnalysisState, overview: Overview, dimensions: Dimensions | undefined): Scope {
  const span = resolveRange(state.range, dataEnd(overview));
  const view = effectiveView(state, span);
  const preferred = preferredTagKey(dimensions?.tag_keys ?? []);
  const names = {
    tagKeys: state.tagKeys.length || preferred === undefined ? state.tagKeys : [preferred],
    mergeCase: state.mergeCase,
    category: state.category ?? dimensions?.cost_category_names[0],
    virtualTags: namedTags(dimensions),
  };
  const groupBy = tabDimensions(state.tab, names).map(brokenDownBy);
  return {
    overview,
    currency: currencyOf(state.filters, overview),
    dimensions,
    version: dataVersion(overview),
    span,
    view,
    names,
    groupBy,
    query: {
      metric: state.metric,
      group_by: joinList(groupBy),
      view,
      ...span,
      filter: inOneCurrency(state.filters, overview).map(filterText),
      ...(state.shared && { shared: "split" }),
      ...pastOf(dataVersion(overview)),
    },
    compare: compareText(state.compare),
    completeTo: overview.complete_to ?? undefined,
  };
}

/** What the chart and the table show, with the compared span. */
export function mainCostsQuery({ version, query, compare }: Scope) {
  return queries.costs(version, { ...query, top: 20, compare });
}

/** The accounts that matter most, whatever the time and the filters of the page are; of its subset. */
export function topAccountsQuery(state: AnalysisState, scope: Scope) {
  return queries.costs(scope.version, {
    metric: state.metric,
    group_by: "account_id",
    view: "total",
    ...recentSpan(scope.overview),
    filter: subsetFilter(state.filters),
    ...(state.shared && { shared: "split" }),
    top: 10,
  });
}

/** The key a newcomer most likely wants to see first: who, rather than what AWS wrote. */
function preferredTagKey(keys: readonly string[]): string | undefined {
  const wanted = [
    "team",
    "owner",
    "project",
    "cost-center",
    "costcenter",
    "environment",
    "env",
    "application",
  ];
  for (const name of wanted) {
    const found = keys.find((key) => key.toLowerCase().replace(/^user:/, "") === name);
    if (found !== undefined) return found;
  }
  return keys.find((key) => !key.startsWith("aws:")) ?? keys[0];
}
