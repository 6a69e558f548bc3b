import { Button, Skeleton, Text, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo, useState } from "react";
import { sameTexts } from "../address/list";
import type { AnalysisState } from "../address/state";
import { queries } from "../api/queries";
import type { Costs } from "../api/types";
import { formatCount } from "../lib/quantity";
import { PivotTable } from "../table/pivot-table";
import type { Sort } from "../table/rows";
import { Problem } from "../ui/problem";
import { useStable } from "../ui/use-stable";
import { ExportMenu } from "./export-menu";
import classes from "./page.module.css";
import type { Scope } from "./scope";

interface Props {
  state: AnalysisState;
  scope: Scope;
  name: string;
  plural: string;
  top: Costs | undefined;
  stale: boolean;
  onState: (next: Partial<AnalysisState>, replace?: boolean) => void;
  onDrill: (keys: readonly string[]) => void;
  onOnly: (keys: readonly string[]) => void;
  onLeaveOut: (dimension: string, key: string) => void;
  onExplain: (target: string, at: string | undefined) => void;
  onRest: (shown: Costs) => void;
}

/** More values than this are for a file, not for a page. */
const mostRows = 1000;

export function CostsTable(props: Props) {
  const { state, scope, top, onState } = props;
  const [search, setSearch] = useState(state.search);
  useEffect(() => setSearch(state.search), [state.search]);
  const hasMore = top?.rows.some((row) => row.other) ?? false;
  const wantsAll = hasMore && (state.allRows || search !== "");
  const all = useQuery({
    ...queries.costs(scope.version, { ...scope.query, top: mostRows, compare: scope.compare }),
    enabled: wantsAll,
  });
  const allData = all.data && sameTexts(all.data.group_by, scope.groupBy) ? all.data : undefined;
  const found = wantsAll ? allData : top;
  const { name } = props;
  const { allRows } = state;
  const asked = useMemo(() => found && { costs: found, name, allRows }, [found, name, allRows]);
  // After everything above: hundreds of cells take longer to draw than the rest of the page.
  const shown = useDeferredValue(asked, undefined);
  const actions = useStable({
    onSort: (sort: Sort) => onState({ sort }),
    onExplain: props.onExplain,
    onDrill: props.onDrill,
    onOnly: props.onOnly,
    onLeaveOut: props.onLeaveOut,
    onRest: () => found && props.onRest(found),
  });
  const waiting = props.stale || (wantsAll && all.isPlaceholderData);
  const groups = top?.rows_total ?? 0;
  const values = top?.rows.filter((row) => !row.other).length ?? 0;
  return (
    <>
      <div className={classes.tools}>
        <TextInput
          className={classes.grow ?? ""}
          size="xs"
          leftSection={<IconSearch size={15} aria-hidden />}
          placeholder={`Search ${groups > 1 ? `${formatCount(groups)} ` : ""}${props.plural}`}
          aria-label={`Search ${props.plural}`}
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            onState({ search: event.currentTarget.value }, true);
          }}
        />
        {hasMore && (
          <Button
            variant="subtle"
            size="xs"
            c="var(--ca-accent)"
            onClick={() => onState({ allRows: !state.allRows })}
          >
            {state.allRows ? `Show the top ${values}` : `Show all ${formatCount(groups)}`}
          </Button>
        )}
        <div className={classes.end}>
          <ExportMenu query={scope.query} compare={scope.compare} />
        </div>
      </div>
      {wantsAll && all.error ? (
        <Problem error={all.error} onRetry={() => void all.refetch()} />
      ) : shown && found ? (
        <div
          id="costs"
          tabIndex={-1}
          className={classes.table}
          data-waiting={waiting}
          data-stale={waiting || shown !== asked}
        >
          <PivotTable
            key={`${shown.costs.group_by.join()}/${shown.allRows}`}
            costs={shown.costs}
            dimensions={shown.costs.group_by}
            name={shown.name}
            completeTo={scope.completeTo}
            search={search}
            sort={state.sort}
            {...actions}
          />
        </div>
      ) : (
        <div aria-busy="true">
          <Skeleton height={420} radius={0} />
        </div>
      )}
      {groups > mostRows && wantsAll && (
        <Text size="xs" c="dimmed" px={20} py={8}>
          The page shows the largest {formatCount(mostRows)} of {formatCount(groups)}; an exported file has
          all.
        </Text>
      )}
    </>
  );
}
