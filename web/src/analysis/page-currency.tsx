import { useQuery } from "@tanstack/react-query";
import { filterText, withFilter } from "../address/filter";
import { type AnalysisState, freshRows } from "../address/state";
import { queries } from "../api/queries";
import { formatExact, formatMoney } from "../lib/money";
import { CurrencyChoice } from "../ui/currency-choice";
import classes from "./page.module.css";
import type { Scope } from "./scope";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onState: (next: Partial<AnalysisState>) => void;
}

/** Which of several currencies the page is in, and what the same selection costs in the others. */
export function PageCurrency({ state, scope, onState }: Props) {
  const { overview, currency, version } = scope;
  const choose = (next: string) => {
    const filters = withFilter(state.filters, { dimension: "currency", exclude: false, values: [next] });
    onState({ ...freshRows, filters });
  };
  const rest = state.filters.filter((filter) => filter.dimension !== "currency");
  const found = useQuery(
    queries.costs(version, {
      metric: state.metric,
      group_by: "currency",
      view: "total",
      ...scope.span,
      filter: rest.map(filterText),
    }),
  );
  const others = found.data?.rows.filter((row) => row.keys[0] !== currency) ?? [];
  return (
    <>
      <CurrencyChoice currencies={overview.currencies} value={currency} onChange={choose} />
      {others.length > 0 && (
        <p className={classes.others}>
          Not in these figures, over the same days:{" "}
          {others.map((row) => {
            const other = row.keys[0] ?? "";
            return (
              <button
                key={other}
                type="button"
                title={formatExact(row.total, other)}
                onClick={() => choose(other)}
              >
                {formatMoney(row.total, other)} in {other}
              </button>
            );
          })}
        </p>
      )}
    </>
  );
}
