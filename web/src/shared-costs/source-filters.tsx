import { useState } from "react";
import { type Filter, filterOf, withFilter } from "../address/filter";
import type { Dimensions } from "../api/types";
import { ValuesFilter } from "../filters/values-filter";
import { DimensionSelect } from "../ui/dimension-select";
import { dimensionLabel, filterChoices } from "../ui/dimensions";
import { useOverview } from "../ui/use-overview";
import classes from "./shared-costs.module.css";

interface Props {
  filters: readonly Filter[];
  dimensions: Dimensions | undefined;
  onChange: (filters: Filter[]) => void;
}

/** Which costs are shared: the filters of Cost Analysis, all of which must hold. */
export function SourceFilters({ filters, dimensions, onChange }: Props) {
  const { overview, version, recent } = useOverview();
  const [added, setAdded] = useState<string>();
  const names = [...new Set([...filters.map((filter) => filter.dimension), ...(added ? [added] : [])])];
  const choices = dimensions
    ? filterChoices(dimensions)
        .map(({ group, items }) => ({ group, items: items.filter((one) => !names.includes(one.value)) }))
        .filter(({ items }) => items.length > 0)
    : [];
  const scope = { version, ...recent, metric: "amortized", currency: overview.currency };
  return (
    <div className={classes.filters}>
      {names.map((name) => (
        <ValuesFilter
          key={name}
          dimension={{ name, plural: dimensionLabel(name, dimensions) }}
          filter={filterOf(filters, name)}
          scope={scope}
          startOpen={name === added}
          onFilter={(filter) => {
            setAdded(undefined);
            onChange(withFilter(filters, filter));
          }}
        />
      ))}
      <DimensionSelect
        // A field that adds starts anew after each choice.
        key={names.join()}
        label="Add a filter"
        placeholder="Add a filter"
        size="xs"
        className={classes.add}
        choices={choices}
        value={null}
        onChange={setAdded}
      />
    </div>
  );
}
