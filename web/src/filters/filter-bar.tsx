import { Menu, SegmentedControl, Switch, UnstyledButton } from "@mantine/core";
import { IconPlus, IconRotate } from "@tabler/icons-react";
import { useState } from "react";
import { type Filter, filterOf, withFilter } from "../address/filter";
import { type View, viewAllowed, views } from "../address/range";
import { type AnalysisState, initialState } from "../address/state";
import type { Scope } from "../analysis/use-analysis";
import { alwaysShown, filterDimension, filterDimensions } from "./dimensions";
import classes from "./filters.module.css";
import { TimeFilter } from "./time-filter";
import { ValuesFilter } from "./values-filter";

interface Props {
  state: AnalysisState;
  scope: Scope;
  onChange: (next: Partial<AnalysisState>) => void;
}

/** Time, accounts and everything else that narrows the page, and how the result is cut into bars. */
export function FilterBar({ state, scope, onChange }: Props) {
  const [added, setAdded] = useState<string>();
  const { overview, span, version } = scope;
  const names = new Set([
    ...filterDimensions.slice(0, alwaysShown).map((one) => one.name),
    ...state.filters.map((filter) => filter.dimension),
    ...(added ? [added] : []),
  ]);
  const tag = scope.tagKey === undefined ? [] : [filterDimension(`tag:${scope.tagKey}`)];
  const more = [...filterDimensions, ...tag].filter((one) => !names.has(one.name));
  const change = (filter: Filter) => {
    setAdded(undefined);
    onChange({ filters: withFilter(state.filters, filter), explain: undefined });
  };
  const restricted =
    state.filters.length > 0 || "from" in state.range || state.view !== undefined || state.hidden.length > 0;
  const values = { version, ...span, metric: state.metric, currency: overview.currency };
  return (
    <div className={classes.bar}>
      <div className={classes.filters} role="toolbar" aria-label="Filters">
        <TimeFilter
          range={state.range}
          span={span}
          dataFrom={overview.data_from ?? undefined}
          dataTo={overview.data_to ?? span.to}
          onRange={(range) => onChange({ range, explain: undefined, sort: undefined })}
        />
        {[...names].map((name) => (
          <ValuesFilter
            key={name}
            dimension={filterDimension(name)}
            filter={filterOf(state.filters, name)}
            scope={values}
            startOpen={name === added}
            onFilter={change}
          />
        ))}
        {more.length > 0 && (
          <Menu position="bottom-start" shadow="md">
            <Menu.Target>
              <UnstyledButton className={classes.quiet}>
                <IconPlus size={15} aria-hidden /> Filter
              </UnstyledButton>
            </Menu.Target>
            <Menu.Dropdown>
              {more.map((one) => (
                <Menu.Item key={one.name} onClick={() => setAdded(one.name)}>
                  {one.plural}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      <div className={classes.right}>
        {restricted && (
          <UnstyledButton
            className={classes.quiet}
            onClick={() =>
              onChange({ ...initialState, tab: state.tab, tagKey: state.tagKey, metric: state.metric })
            }
          >
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
            disabled: !viewAllowed(view, span),
          }))}
          onChange={(view) => onChange({ view: view as View, explain: undefined, sort: undefined })}
        />
        <Switch
          size="sm"
          label="Amortized"
          checked={state.metric === "amortized"}
          onChange={(event) =>
            onChange({ metric: event.currentTarget.checked ? "amortized" : "unblended", explain: undefined })
          }
        />
      </div>
    </div>
  );
}
