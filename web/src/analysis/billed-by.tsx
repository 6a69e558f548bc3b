import { useQuery } from "@tanstack/react-query";
import { withFilter } from "../address/filter";
import type { AnalysisState } from "../address/state";
import { queries } from "../api/queries";
import { compareDecimals, shareText } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import { billedParts } from "./billed-parts";
import classes from "./page.module.css";
import type { Scope } from "./scope";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onState: (next: Partial<AnalysisState>) => void;
}

const dimension = "billed_by";
const hours = { dimension, exclude: false, values: ["Hour"] };

/** Among hours: what is billed by day or month, which stands at the hour at which its time starts. */
export function BilledBy({ state, scope, onState }: Props) {
  const { query, version } = scope;
  const others = state.filters.filter((filter) => filter.dimension !== dimension);
  const apart = others.length < state.filters.length;
  const filter = query.filter.filter((text) => !/^billed_by!?=/.test(text));
  const { data, error, isPlaceholderData } = useQuery(
    queries.costs(version, { ...query, group_by: dimension, view: "total", filter }),
  );
  if (error) return null;
  if (!data || isPlaceholderData) return <p className={classes.untagged} aria-busy="true" />;
  const parts = billedParts(data.rows);
  // Everything is billed by the hour: nothing to say, and nothing to leave out.
  if (!parts && !apart) return null;
  const { day, longer, unknown, together } = parts ?? { day: "0", longer: "0", unknown: "0", together: "0" };
  const money = (text: string) => (
    <b title={formatExact(text, data.currency)}>{formatMoney(text, data.currency)}</b>
  );
  const share = shareText(together, data.total);
  const isKnown = compareDecimals(unknown, "0") === 0;
  return (
    <p className={classes.untagged}>
      <span>
        Billed by the day {money(day)}, by the month or longer {money(longer)}
        {!isKnown && <>, for a time that the report does not tell {money(unknown)}</>}
        {share && ` (${share} together)`}:{" "}
        {apart ? "not shown." : "it stands at the hour at which that time starts, mostly midnight."}
      </span>
      <button
        type="button"
        onClick={() =>
          onState({ filters: apart ? others : withFilter(state.filters, hours), explain: undefined })
        }
      >
        {apart ? "Show all" : "Show what is billed by the hour alone"}
      </button>
    </p>
  );
}
