import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { metrics } from "../address/metric";
import { recentSpan } from "../address/recent";
import type { AnalysisState } from "../address/state";
import type { Costs } from "../api/types";
import { rowLabel } from "../chart/data";
import { spanLabel } from "../lib/dates";
import { approximate, shareText } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { counted } from "../lib/quantity";
import { Problem } from "../ui/problem";
import { Bar, Panel, PanelSkeleton } from "./panel";
import classes from "./panel.module.css";
import { type Scope, topAccountsQuery } from "./scope";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onAccount: (id: string) => void;
}

/** Ten accounts by cost over the last 30 days, whatever the page's time is; of the chosen subset, if there is one. */
export function TopAccounts({ state, scope, onAccount }: Props) {
  const { overview } = scope;
  const span = recentSpan(overview);
  const found = useQuery(topAccountsQuery(state, scope));
  const note = `${spanLabel(span.from, span.to)}, ${scope.currency}, ${metrics[state.metric].label.toLowerCase()}`;
  return (
    <Panel title="Top accounts" note={note}>
      {found.error ? (
        <Problem error={found.error} onRetry={() => void found.refetch()} />
      ) : !found.data ? (
        <PanelSkeleton />
      ) : found.data.rows.length === 0 ? (
        <div className={classes.none}>
          <Text fw={600}>No cost in the last 30 days</Text>
          <Text c="dimmed" size="sm">
            {state.filters.some((filter) => /^subset(_id)?$/.test(filter.dimension))
              ? "Another subset may have some."
              : "The next report brings the newest days."}
          </Text>
        </div>
      ) : (
        <Bars costs={found.data} onAccount={onAccount} />
      )}
    </Panel>
  );
}

function Bars({ costs, onAccount }: { costs: Costs; onAccount: (id: string) => void }) {
  const values = costs.rows.filter((row) => !row.other);
  const largest = Math.max(...values.map((row) => approximate(row.total)));
  return (
    <ol className={classes.rows}>
      {costs.rows.map((row) => {
        const [id = ""] = row.keys;
        return (
          <li key={row.other ? "other" : `row:${id}`} className={`${classes.row} ${classes.account}`}>
            {row.other ? (
              <span className={`${classes.name} ${classes.rest}`}>
                {counted(costs.rows_total - values.length, "other account")}
              </span>
            ) : (
              <button
                type="button"
                className={classes.name}
                title={`Show only ${id}`}
                onClick={() => onAccount(id)}
              >
                {rowLabel(row, costs.group_by)}
              </button>
            )}
            {/* A bar of hundreds of accounts would dwarf those of one. */}
            {row.other ? (
              <span className={classes.rest} title="Of all accounts">
                {shareText(row.total, costs.total)}
              </span>
            ) : (
              <Bar percent={largest > 0 ? (100 * approximate(row.total)) / largest : 0} />
            )}
            <span className={`${classes.number} tabular`} title={formatExact(row.total, costs.currency)}>
              {formatMoney(row.total, costs.currency)}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
