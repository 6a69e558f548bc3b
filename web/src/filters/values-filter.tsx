import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import type { Filter } from "../address/filter";
import { queries } from "../api/queries";
import { Chip } from "./chip";
import { describeFilter } from "./describe";
import type { FilterDimension } from "./dimensions";
import { ValuesPanel } from "./values-panel";

export interface ValuesScope {
  version: string;
  from: string;
  to: string;
  metric: string;
  currency: string;
}

interface Props {
  dimension: FilterDimension;
  filter: Filter | undefined;
  scope: ValuesScope;
  startOpen?: boolean;
  /** Values cannot be left out. */
  onlyInclude?: boolean;
  onFilter: (filter: Filter) => void;
  /** It is about to be applied. */
  onAim?: (filter: Filter) => void;
}

/** A searchable choice of several values, kept or left out; applied when the panel closes. */
export const ValuesFilter = memo(function ValuesFilter({
  dimension,
  filter,
  scope,
  startOpen = false,
  onlyInclude = false,
  onFilter,
  onAim,
}: Props) {
  const [opened, setOpened] = useState(startOpen);
  const [draft, setDraft] = useState<Filter>();
  const { name } = dimension;
  const { from, to, metric } = scope;
  // Asked for the label of the button too: "4 of 21", or the name of the only value.
  const known = useQuery({
    ...queries.values(scope.version, name, { from, to, metric, limit: 500, all_months: true }),
    enabled: opened || filter !== undefined,
  });
  const empty: Filter = { dimension: name, exclude: false, values: [] };
  const open = (next: boolean) => {
    if (next) setDraft(filter ?? empty);
    else if (draft && JSON.stringify(draft) !== JSON.stringify(filter ?? empty)) onFilter(draft);
    setOpened(next);
  };
  const cancel = () => {
    setDraft(filter ?? empty);
    setOpened(false);
  };
  return (
    <Chip
      label={dimension.plural}
      value={describeFilter(filter, known.data, name)}
      active={filter !== undefined}
      opened={opened}
      onOpened={open}
    >
      <ValuesPanel
        dimension={dimension}
        draft={draft ?? filter ?? empty}
        known={known.data?.values}
        scope={scope}
        onlyInclude={onlyInclude}
        onDraft={setDraft}
        onApply={() => open(false)}
        onAim={() => draft && onAim?.(draft)}
        onCancel={cancel}
      />
    </Chip>
  );
});
