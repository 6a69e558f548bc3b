import { useQuery } from "@tanstack/react-query";
import { filterText, withFilter } from "../address/filter";
import { type AnalysisState, freshRows } from "../address/state";
import { tagDimension } from "../address/tabs";
import { queries } from "../api/queries";
import type { Costs } from "../api/types";
import { shareText } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./page.module.css";
import type { Scope } from "./use-analysis";

interface Props {
  state: AnalysisState;
  scope: Scope;
  /** The selection; undefined while it is under way. */
  costs: Costs | undefined;
  onState: (next: Partial<AnalysisState>) => void;
}

/** What carries no value of each chosen tag. */
export function Untagged({ state, scope, costs, onState }: Props) {
  const { tagKeys, mergeCase } = scope.names;
  return (
    <p className={classes.untagged}>
      {tagKeys.map((key) => {
        const none = { dimension: tagDimension(key, mergeCase), exclude: false, values: [""] };
        return (
          <span key={key}>
            Untagged{tagKeys.length > 1 && ` ${key}`}:{" "}
            <Figure
              scope={scope}
              none={filterText(none)}
              whole={costs?.total}
              onOnly={() => onState({ ...freshRows, filters: withFilter(state.filters, none) })}
            />
          </span>
        );
      })}
    </p>
  );
}

interface FigureProps {
  scope: Scope;
  none: string;
  whole: string | undefined;
  onOnly: () => void;
}

/** Asked for by itself, under the page's filters: among the rows of the chart the untagged may be part of the rest,
 *  or spread over the values of another key. */
function Figure({ scope, none, whole, onOnly }: FigureProps) {
  const { query, version } = scope;
  const { data, error, isPlaceholderData } = useQuery(
    queries.costs(version, { ...query, group_by: "", view: "total", filter: [...query.filter, none] }),
  );
  if (error) return "not known";
  if (!data || isPlaceholderData || whole === undefined) return "…";
  const share = shareText(data.total, whole);
  return (
    <button
      type="button"
      title={`${formatExact(data.total, data.currency)} · show only this`}
      onClick={onOnly}
    >
      {formatMoney(data.total, data.currency)} {share && `(${share})`}
    </button>
  );
}
