import { Menu, SegmentedControl, Switch, Tooltip, UnstyledButton } from "@mantine/core";
import { IconPlus, IconRotate } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import type { Compare } from "../address/compare";
import { type Filter, filterOf } from "../address/filter";
import { type Metric, metrics } from "../address/metric";
import { type TimeRange, type View, viewAllowed, views } from "../address/range";
import { type AnalysisState, narrowed, withoutFilters } from "../address/state";
import type { Scope } from "../analysis/scope";
import { useStable } from "../ui/use-stable";
import { CompareFilter } from "./compare-filter";
import { CostMenu } from "./cost-menu";
import { alwaysShown, filterDimension, moreFilters } from "./dimensions";
import classes from "./filters.module.css";
import { TagsFilter } from "./tags-filter";
import { TimeFilter } from "./time-filter";
import { ValuesFilter } from "./values-filter";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onChange: (next: Partial<AnalysisState>) => void;
  /** Figures that are about to be wanted. */
  onAim: (next: Partial<AnalysisState>) => void;
}

/** Time, accounts and everything else that narrows the page. */
export function FilterBar({ state, scope, onChange, onAim }: Props) {
  const [added, setAdded] = useState<string>();
  const { overview, span, version } = scope;
  const extra = [...state.filters.map((filter) => filter.dimension), ...(added ? [added] : [])];
  // Among several currencies the page has a choice of its own, above.
  const chosenAbove = scope.overview.currencies.length > 1;
  const shown = extra.filter((name) => !(chosenAbove && name === "currency"));
  const names = new Set<string>([...alwaysShown, ...shown]);
  const more = moreFilters(scope.dimensions, names);
  const actions = useStable({
    filter: (filter: Filter) => {
      setAdded(undefined);
      onChange(narrowed(state, filter, scope.names));
    },
    aim: (filter: Filter) => onAim(narrowed(state, filter, scope.names)),
    compare: (compare: Compare) => onChange({ compare }),
    range: (range: TimeRange) => onChange({ range, explain: undefined, sort: undefined }),
  });
  const { from, to } = span;
  const { metric } = state;
  const { currency } = scope;
  const values = useMemo(
    () => ({ version, from, to, metric, currency }),
    [version, from, to, metric, currency],
  );
  const chip = (name: string) => (
    <ValuesFilter
      key={name}
      dimension={filterDimension(name, scope.names.virtualTags)}
      filter={filterOf(state.filters, name)}
      scope={values}
      startOpen={name === added}
      onFilter={actions.filter}
      onAim={actions.aim}
    />
  );
  return (
    <div className={classes.bar}>
      <div className={classes.filters} role="toolbar" aria-label="Filters">
        <TimeFilter
          range={state.range}
          span={span}
          dataFrom={overview.data_from ?? undefined}
          dataTo={overview.data_to ?? span.to}
          onRange={actions.range}
        />
        <CompareFilter
          compare={state.compare}
          dataFrom={overview.data_from ?? undefined}
          dataTo={overview.data_to ?? span.to}
          onCompare={actions.compare}
        />
        {alwaysShown.map(chip)}
        <TagsFilter
          dimensions={scope.dimensions}
          filters={state.filters}
          shown={names}
          scope={values}
          onFilter={actions.filter}
          onAim={actions.aim}
        />
        {[...names].slice(alwaysShown.length).map(chip)}
        {more.length > 0 && (
          <Menu position="bottom-start" shadow="md">
            <Menu.Target>
              <UnstyledButton className={classes.quiet}>
                <IconPlus size={15} aria-hidden /> Filter
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown className={classes.long}>
              {more.map((one) => (
                <Menu.Item key={one.name} onClick={() => setAdded(one.name)}>
                  {one.plural}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <Measures state={state} scope={scope} onChange={onChange} />
    </div>
  );
}

const splitting =
  "Costs that several accounts share, such as support, are split among them by the organization’s rules.";

/** What is summed, and how it is cut into bars. */
function Measures({ state, scope, onChange }: Omit<Props, "onAim">) {
  const restricted =
    state.filters.some((filter) => filter.dimension !== "currency") ||
    "from" in state.range ||
    state.view !== undefined ||
    state.hidden.length > 0;
  const sum = (metric: Metric) => onChange({ metric, explain: undefined });
  const { amortized, opposite } = metrics[state.metric];
  return (
    <div className={classes.right}>
      {restricted && (
        <UnstyledButton className={classes.quiet} onClick={() => onChange(withoutFilters(state))}>
          <IconRotate size={15} aria-hidden /> Reset filters
        </UnstyledButton>
      )}
      <SegmentedControl
        size="xs"
        aria-label="View by"
        value={scope.view}
        data={views.map((view) => ({
          value: view,
          label: view.charAt(0).toUpperCase() + view.slice(1),
          disabled: !viewAllowed(view, scope.span),
        }))}
        onChange={(view) => onChange({ view: view as View, explain: undefined, sort: undefined })}
      />
      <Switch size="sm" label="Amortized" checked={amortized} onChange={() => sum(opposite)} />
      <CostMenu metric={state.metric} dimensions={scope.dimensions} onMetric={sum} />
      <Tooltip
        label={splitting}
        multiline
        w={280}
        withArrow
        events={{ hover: true, focus: true, touch: false }}
      >
        <div>
          <Switch
            size="sm"
            label="Split shared costs"
            aria-describedby="splitting"
            checked={state.shared}
            onChange={(event) => onChange({ shared: event.currentTarget.checked, explain: undefined })}
          />
          <span id="splitting" hidden>
            {splitting}
          </span>
        </div>
      </Tooltip>
    </div>
  );
}
