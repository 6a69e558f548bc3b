import { Skeleton, Text } from "@mantine/core";
import { lazy, Suspense, useMemo } from "react";
import type { Compared, Costs } from "../api/types";
import { daysBetween, spanLabel } from "../lib/dates";
import { formatCompact } from "../lib/money";
import { comparedBars } from "./compared";
import { type AxisCut, axisCut, reachOf } from "./cut";
import { type ChartData, chartData, type Series } from "./data";
import { type ComparedEntry, Legend } from "./legend";
import { loadBars } from "./load-bars";
import classes from "./spend-chart.module.css";

const StackedBars = lazy(() => loadBars().then((module) => ({ default: module.StackedBars })));

interface Props {
  costs: Costs | undefined;
  stale: boolean;
  dimensions: readonly string[];
  hidden: readonly string[];
  /** Day from which on the data are not complete. */
  completeTo: string | undefined;
  label: string;
  /** Costs of the compared span, as [`comparedView`] asks for them; undefined where its line is not shown or not known. */
  before: Costs | undefined;
  comparedLine: boolean;
  onComparedLine: (shown: boolean) => void;
  wholeBars: boolean;
  onWholeBars: (whole: boolean) => void;
  onHidden: (hidden: string[]) => void;
  onDrill: (series: Series) => void;
  onExplain: (series: Series, start: string) => void;
}

export function SpendChart(props: Props) {
  const { costs, stale, dimensions, hidden, completeTo, label, wholeBars, onHidden, onDrill, onExplain } =
    props;
  const { before } = props;
  const data = useMemo(() => {
    if (!costs) return undefined;
    const plain = chartData(costs, dimensions, hidden, completeTo);
    if (!before || !costs.previous) return plain;
    return { ...plain, compared: comparedBars(costs, costs.previous, before, plain.visibleTotals) };
  }, [costs, dimensions, hidden, completeTo, before]);
  const cut = useMemo(() => data && axisCut(reachOf(data)), [data]);
  if (!costs || !data) {
    return (
      <div className={classes.chart} aria-busy="true">
        <Skeleton height="100%" radius="md" />
        <Skeleton height="100%" radius="md" visibleFrom="sm" />
      </div>
    );
  }
  if (data.series.length === 0) {
    return (
      <div className={classes.nothing}>
        <Text fw={600}>No cost in this selection</Text>
        <Text c="dimmed" size="sm">
          Choose another time range or remove a filter.
        </Text>
      </div>
    );
  }
  return (
    <>
      {cut && <CutNote cut={cut} currency={costs.currency} whole={wholeBars} onWhole={props.onWholeBars} />}
      <div className={classes.chart} data-stale={stale}>
        <Suspense fallback={<Skeleton height="100%" radius="md" />}>
          <StackedBars
            data={data}
            currency={costs.currency}
            label={label}
            cut={wholeBars ? undefined : cut}
            onDrill={onDrill}
            onExplain={onExplain}
          />
        </Suspense>
        <Legend
          data={data}
          compared={comparedEntry(props, costs, data.compared)}
          currency={costs.currency}
          onHidden={onHidden}
        />
      </div>
    </>
  );
}

/** Nothing to show where nothing is compared. */
function comparedEntry(
  { comparedLine, before, onComparedLine }: Props,
  { previous, view }: Costs,
  compared: ChartData["compared"],
): ComparedEntry | undefined {
  if (!previous || previous.known === "nothing") return undefined;
  return {
    shown: comparedLine,
    label: spanLabel(previous.from, previous.to),
    note: comparedLine ? leftOut(previous, view, compared) : "",
    // Of what is shown, where values are hidden.
    total: comparedLine && before ? before.total : previous.total,
    onShown: onComparedLine,
  };
}

/** What of the compared span the line does not hold: days that the shown months do not have, connections that lack data. */
function leftOut(previous: Compared, view: string, compared: ChartData["compared"]): string {
  const days = daysBetween(previous.from, previous.to);
  const shown = compared?.filter((bar) => bar !== undefined).length ?? days;
  const some = view === "day" && shown < days ? `, ${shown} of ${days} days in the chart` : "";
  return previous.unknown_connections.length > 0 ? `${some}, without connections that lack data of it` : some;
}

interface CutNoteProps {
  cut: AxisCut;
  currency: string;
  whole: boolean;
  onWhole: (whole: boolean) => void;
}

/** Says that bars are cut, and gives the uncut ones: a shortened bar must never pass for a short one. */
function CutNote({ cut, currency, whole, onWhole }: CutNoteProps) {
  const count = new Set(cut.bars.map((bar) => bar.at)).size;
  const bars = count === 1 ? "One bar is" : `${count} bars are`;
  const ends = new Set(cut.bars.map((bar) => (bar.below ? cut.bottom : cut.top)));
  const limits = [...ends].map((end) => formatCompact(end, currency));
  return (
    <div className={classes.cut}>
      {!whole && (
        <span>
          {bars} cut at {limits.join(" and ")}, with the full figure beside the break, so that the others can
          be read.
        </span>
      )}
      <button type="button" onClick={() => onWhole(!whole)}>
        {whole ? `Cut long bars at ${limits.join(" and ")}` : "Show whole bars"}
      </button>
    </div>
  );
}
