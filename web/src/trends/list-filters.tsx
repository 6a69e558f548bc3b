import { Checkbox, SegmentedControl } from "@mantine/core";
import { IconCalendar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Filter } from "../address/filter";
import { Chip } from "../filters/chip";
import { DaysFilter } from "../filters/days-filter";
import filterClasses from "../filters/filters.module.css";
import { ValuesFilter } from "../filters/values-filter";
import { addDays, spanLabel } from "../lib/dates";
import { useOverview } from "../ui/use-overview";
import { accountDimension, type ListState } from "./address";
import { trendQueries } from "./queries";
import classes from "./trends.module.css";
import { kindWords, severities, severityWords } from "./words";

interface Props {
  state: ListState;
  set: (next: Partial<ListState>) => void;
  /** Whether definitions may be seen. */
  definitions: boolean;
}

const kinds = Object.entries(kindWords).map(([value, label]) => ({ value, label }));
const severityChoices = severities.map((value) => ({ value, label: severityWords[value] }));

/** What narrows the list: accounts, days, kind, severity, direction, definition. */
export function ListFilters({ state, set, definitions }: Props) {
  const { overview, version, recent } = useOverview();
  const known = useQuery({ ...trendQueries.definitions(), enabled: definitions });
  const dataTo = overview.data_to ?? recent.to;
  const dataFrom = overview.data_from ?? recent.from;
  const scope = useMemo(
    () => ({ version, from: dataFrom, to: dataTo, metric: "amortized", currency: overview.currency }),
    [version, dataFrom, dataTo, overview.currency],
  );
  const accounts: Filter | undefined =
    state.accounts.length > 0
      ? { dimension: "account_id", exclude: false, values: state.accounts }
      : undefined;
  return (
    <>
      <ValuesFilter
        dimension={accountDimension}
        filter={accounts}
        scope={scope}
        onlyInclude
        onFilter={(filter) => set({ accounts: filter.values })}
      />
      <DaysFilter
        label="Time"
        value={state.days ? spanLabel(state.days.from, state.days.to) : "All"}
        active={state.days !== undefined}
        icon={<IconCalendar size={16} aria-hidden className={filterClasses.chipIcon} />}
        named={[
          { name: "all", words: "All days" },
          { name: "30", words: "Last 30 days" },
          { name: "90", words: "Last 90 days" },
        ]}
        chosen={state.days ? undefined : "all"}
        marked={state.days}
        shown={addDays(dataTo, -1)}
        dataFrom={overview.data_from ?? undefined}
        dataTo={dataTo}
        note="Events with a day among these, UTC."
        onName={(name) =>
          set({ days: name === "all" ? undefined : { from: addDays(dataTo, -Number(name)), to: dataTo } })
        }
        onDays={(days) => set({ days })}
      />
      <Choices label="Kind" choices={kinds} chosen={state.kinds} onChoose={(next) => set({ kinds: next })} />
      <Choices
        label="Severity"
        choices={severityChoices}
        chosen={state.severities}
        onChoose={(next) => set({ severities: next })}
      />
      {known.data && (
        <Choices
          label="Found by"
          choices={known.data.definitions.map(({ id, name }) => ({ value: id, label: name }))}
          chosen={state.definitions}
          onChoose={(next) => set({ definitions: next })}
        />
      )}
      <SegmentedControl
        size="xs"
        aria-label="Direction"
        data={[
          { value: "", label: "Up and down" },
          { value: "increase", label: "Up" },
          { value: "decrease", label: "Down" },
        ]}
        value={state.direction ?? ""}
        onChange={(next) => set({ direction: next || undefined })}
      />
    </>
  );
}

interface ChoicesProps {
  label: string;
  choices: readonly { value: string; label: string }[];
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
}

/** A few values, several of which can be chosen; none is all of them. */
function Choices({ label, choices, chosen, onChoose }: ChoicesProps) {
  const [opened, setOpened] = useState(false);
  const named = choices.filter((one) => chosen.includes(one.value));
  return (
    <Chip
      label={label}
      value={named.length === 0 ? "All" : named.map((one) => one.label).join(", ")}
      active={chosen.length > 0}
      opened={opened}
      onOpened={setOpened}
      width={250}
    >
      <ul className={classes.choices} aria-label={label}>
        {choices.map((one) => (
          <li key={one.value}>
            <Checkbox
              size="sm"
              label={one.label}
              checked={chosen.includes(one.value)}
              onChange={(event) =>
                onChoose(
                  event.currentTarget.checked
                    ? [...chosen, one.value]
                    : chosen.filter((value) => value !== one.value),
                )
              }
            />
          </li>
        ))}
      </ul>
    </Chip>
  );
}
