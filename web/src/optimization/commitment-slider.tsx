import { Button, NumberInput, SegmentedControl, Select, Skeleton, Slider } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconRotate } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { approximate } from "../lib/decimal";
import { formatMoney } from "../lib/money";
import { FormProblem } from "../ui/form-problem";
import classes from "./buy.module.css";
import type { Target } from "./buy-query";
import { onGrid, type Reading, readCurve, sliderRange } from "./curve";
import { CurveChart, type CurveMeasure } from "./curve-chart";
import { monthly } from "./curve-scale";
import { LiveFigures } from "./live-figures";
import { hourlySum } from "./owned-data";
import type { OwnedStand } from "./owned-stand";
import type { Purchase } from "./types";
import type { PlanAnswer } from "./use-plan";
import { perHour } from "./words";

interface Props {
  plans: readonly Target[];
  plan: Target;
  /** The plan is one of several that are recommended together, and looked at alone. */
  alone: boolean;
  answer: PlanAnswer;
  commitment: string | undefined;
  stand: OwnedStand;
  onPlan: (key: string) => void;
  onChoose: (commitment: string | undefined) => void;
}

/** The curve of one plan, and its commitment under one's hand. */
export function CommitmentSlider(props: Props) {
  const { plans, plan, alone, answer, onPlan } = props;
  const [measure, setMeasure] = useState<CurveMeasure>("savings");
  const { best } = answer;
  return (
    <div className={classes.slider}>
      <div className={classes.sliderHead}>
        <h3>{alone ? "Any amount of one plan alone" : "Any amount of it"}</h3>
        {plans.length > 1 && (
          <Select
            size="xs"
            aria-label="Plan of the curve"
            data={plans.map((one) => ({ value: one.key, label: one.label }))}
            value={plan.key}
            allowDeselect={false}
            onChange={(key) => key && onPlan(key)}
          />
        )}
        <SegmentedControl
          size="xs"
          aria-label="What the curve shows"
          data={[
            { value: "savings", label: "Savings" },
            { value: "cost", label: "Cost" },
          ]}
          value={measure}
          onChange={(next) => setMeasure(next as CurveMeasure)}
        />
      </div>
      <FormProblem error={answer.error} />
      {best && best.curve.length > 1 ? (
        <Curve {...props} best={best} measure={measure} />
      ) : answer.pending ? (
        <Skeleton height={250} radius="md" aria-busy="true" />
      ) : (
        <p className={classes.noCurve}>There is no curve: no price of this plan is known.</p>
      )}
    </div>
  );
}

/** Long enough that a drag asks nothing, short enough that its end is answered at once. */
const restMs = 250;

/** Figures come from the curve while it moves, and from a replay where it rests. */
function Curve({
  best,
  measure,
  plan,
  answer,
  commitment,
  stand,
  onChoose,
}: Props & { best: Purchase; measure: CurveMeasure }) {
  const top = approximate(best.commitment);
  const { max, step } = useMemo(() => sliderRange(best), [best]);
  const rest = commitment === undefined ? top : approximate(commitment);
  const [dragged, setDragged] = useState<number>();
  const at = Math.min(dragged ?? rest, max);
  const settle = useDebouncedCallback((value: number) => {
    setDragged(undefined);
    onChoose(Math.abs(value - top) < 0.0005 ? undefined : onGrid(value));
  }, restMs);
  const move = (value: number) => {
    setDragged(value);
    settle(value);
  };
  const { currency } = best;
  const resting = commitment === undefined ? best : answer.exact;
  const rough = dragged !== undefined || resting === undefined;
  const reading = rough ? readCurve(best.curve, at) : readingOf(resting, rest);
  const { hourly } = hourlySum(stand.active.filter((one) => one.kind === plan.kind));
  return (
    <div className={classes.sliderBody}>
      <div className={classes.plot}>
        <CurveChart
          best={best}
          measure={measure}
          max={max}
          top={top}
          at={at}
          reading={reading}
          owned={hourly}
        />
        <div className={classes.track}>
          <Slider
            thumbLabel="Commitment by the hour"
            thumbValueText={() => spoken(at, reading, best)}
            min={0}
            max={max}
            step={step}
            value={at}
            label={(value) => perHour(value.toFixed(6), currency)}
            onChange={move}
          />
        </div>
      </div>
      <LiveFigures reading={reading} best={best} rough={rough} at={at}>
        <NumberInput
          aria-label="Commitment by the hour, typed"
          size="xs"
          min={0}
          max={Math.max(max, rest)}
          step={step}
          decimalScale={3}
          allowNegative={false}
          value={Number(at.toFixed(3))}
          onChange={(value) => {
            if (typeof value === "number" && Math.abs(value - at) > 0.0005) move(value);
          }}
        />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRotate size={14} aria-hidden />}
          disabled={commitment === undefined && dragged === undefined}
          onClick={() => {
            setDragged(undefined);
            onChoose(undefined);
          }}
        >
          Back to recommended
        </Button>
      </LiveFigures>
    </div>
  );
}

function readingOf(answer: Purchase, commitment: number): Reading {
  const number = (text: string | null) => (text === null ? null : approximate(text));
  return {
    commitment,
    cost: approximate(answer.cost),
    savings: approximate(answer.savings),
    utilization: number(answer.utilization),
    coverage: number(answer.coverage),
  };
}

function spoken(at: number, reading: Reading | undefined, { currency, hours }: Purchase): string {
  const hourly = perHour(at.toFixed(6), currency);
  if (!reading) return hourly;
  return `${hourly}, saves ${formatMoney(monthly(reading.savings, hours).toFixed(2), currency, 0)} a month`;
}
