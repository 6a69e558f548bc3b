import { useQuery } from "@tanstack/react-query";
import { type Filter, filterText, withFilter } from "../address/filter";
import { type AnalysisState, freshRows } from "../address/state";
import { tagDimension } from "../address/tabs";
import { queries } from "../api/queries";
import { shareText, subtractDecimals } from "../lib/decimal";
import { formatExact, formatMoney } from "../lib/money";
import classes from "./page.module.css";
import type { Scope } from "./scope";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onState: (next: Partial<AnalysisState>) => void;
}

const taggable = (yes: boolean): Filter => ({
  dimension: "can_carry_tags",
  exclude: false,
  values: [yes ? "Yes" : "No"],
});

/** Of each chosen key: how much of what can carry a tag has none; and, apart, what has none because it cannot. What bears
 *  a tag is tagged, whatever it is. */
export function Untagged({ state, scope, onState }: Props) {
  return (
    <p className={classes.untagged}>
      {scope.names.tagKeys.map((key) => (
        <OfKey key={key} tagKey={key} state={state} scope={scope} onState={onState} />
      ))}
    </p>
  );
}

function OfKey({ tagKey, state, scope, onState }: Props & { tagKey: string }) {
  const { tagKeys, mergeCase } = scope.names;
  const none = { dimension: tagDimension(tagKey, mergeCase), exclude: false, values: [""] };
  const of = tagKeys.length > 1 ? ` ${tagKey}` : "";
  const only = (...filters: Filter[]) =>
    onState({ ...freshRows, filters: filters.reduce(withFilter, state.filters) });
  const all = useTotal(scope, []);
  const without = useTotal(scope, [taggable(false), none]);
  const whole = all && without ? subtractDecimals(all.total, without.total) : undefined;
  return (
    <>
      <span>
        Untagged{of}:{" "}
        <Figure
          scope={scope}
          filters={[taggable(true), none]}
          whole={whole}
          of=" of what can be tagged"
          onOnly={() => only(taggable(true), none)}
        />
      </span>
      <span title="Tax, credits, refunds, discounts, fees, support, and commitments beside the usage that they cover">
        Cannot carry tags{of}:{" "}
        <Figure
          scope={scope}
          filters={[taggable(false), none]}
          of=""
          onOnly={() => only(taggable(false), none)}
        />
      </span>
    </>
  );
}

/** Asked for by itself, under the page's filters: among the rows of the chart the untagged may be part of the rest,
 *  or spread over the values of another key. */
function useTotal(scope: Scope, filters: readonly Filter[]) {
  const { query, version } = scope;
  const filter = [...query.filter, ...filters.map(filterText)];
  const { data, error, isPlaceholderData } = useQuery(
    queries.costs(version, { ...query, group_by: "", view: "total", filter }),
  );
  if (error) return null;
  return isPlaceholderData ? undefined : data;
}

interface FigureProps {
  scope: Scope;
  filters: readonly Filter[];
  whole?: string | undefined;
  of: string;
  onOnly: () => void;
}

function Figure({ scope, filters, whole, of, onOnly }: FigureProps) {
  const data = useTotal(scope, filters);
  if (data === null) return "not known";
  if (data === undefined) return "…";
  const share = whole === undefined ? "" : shareText(data.total, whole);
  return (
    <button
      type="button"
      title={`${formatExact(data.total, data.currency)} · show only this`}
      onClick={onOnly}
    >
      {formatMoney(data.total, data.currency)} {share && `(${share}${of})`}
    </button>
  );
}
