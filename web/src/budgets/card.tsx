import { Button, Group } from "@mantine/core";
import type { Budget } from "../api/types";
import badge from "../connections/state-badge.module.css";
import { dayLabel, hourLabel } from "../lib/dates";
import { formatMoney } from "../lib/money";
import { Money } from "../ui/money";
import { BudgetBar } from "./bar";
import classes from "./budgets.module.css";
import { History } from "./history";
import { bases, leftText, percentText, stateWords } from "./words";

interface Props {
  budget: Budget;
  /** Whether a link leads to it. */
  marked: boolean;
  may: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

/** A budget as it stands. */
export function BudgetCard({ budget, marked, may, onEdit, onRemove }: Props) {
  const { now, currency } = budget;
  const state = stateWords[now.state];
  return (
    <article className={`card ${classes.card}`} aria-labelledby={`budget-${budget.id}`} data-marked={marked}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h2 id={`budget-${budget.id}`}>{budget.name}</h2>
          <p>
            {now.words}
            {budget.shown_filters.length > 0 ? `, ${budget.shown_filters.join(", ")}` : ", everything"}
          </p>
        </div>
        <span className={badge.badge} data-tone={state.tone}>
          {state.label}
        </span>
      </header>
      <p className={classes.figure}>
        <strong>
          <Money text={now.actual} currency={currency} missing="Cost not known" />
        </strong>{" "}
        of {now.amount === null ? "no amount" : formatMoney(now.amount, currency)}
        {now.percent !== null && <span className={classes.percent}>{percentText(now.percent)}</span>}
      </p>
      <BudgetBar budget={budget} />
      <Outlook budget={budget} />
      <Thresholds budget={budget} />
      {budget.past.length > 0 && (
        <History
          label={`${budget.name}: periods before`}
          past={budget.past}
          period={budget.period}
          currency={currency}
        />
      )}
      <footer className={classes.foot}>
        <span>
          {budget.data_through ? `Data through ${hourLabel(budget.data_through)}` : "No data of it"}
        </span>
        {may && (
          <Group gap={2} wrap="nowrap">
            <Button variant="subtle" size="xs" aria-label={`Edit ${budget.name}`} onClick={onEdit}>
              Edit
            </Button>
            <Button variant="subtle" size="xs" aria-label={`Delete ${budget.name}`} onClick={onRemove}>
              Delete
            </Button>
          </Group>
        )}
      </footer>
    </article>
  );
}

/** Where it will end, or why that is not known. */
function Outlook({ budget }: { budget: Budget }) {
  const { now, currency, problem } = budget;
  if (problem) return <p className={classes.problem}>Nothing can be told: {problem}.</p>;
  const rounded = (figure: number) => formatMoney(figure.toFixed(0), currency, 0);
  const words = [
    leftText(now, currency),
    now.forecast === null
      ? now.complete
        ? "all of it is there"
        : "where it will end is not known yet"
      : `forecast ${rounded(now.forecast)}, ${percentText(now.forecast_percent)}`,
    now.forecast_low === null || now.forecast_high === null
      ? ""
      : `80 % between ${rounded(now.forecast_low)} and ${rounded(now.forecast_high)}`,
  ];
  return <p className={classes.outlook}>{words.filter(Boolean).join("; ")}</p>;
}

function Thresholds({ budget }: { budget: Budget }) {
  if (budget.thresholds.length === 0) return <p className={classes.outlook}>It tells nothing by itself.</p>;
  return (
    <ul className={classes.thresholds} aria-label={`Thresholds of ${budget.name}`}>
      {budget.thresholds.map((one) => (
        <li key={`${one.basis} ${one.percent}`} data-passed={one.passed === true}>
          {bases.find((basis) => basis.value === one.basis)?.label} {one.percent} %
          <span>{thresholdWords(one)}</span>
        </li>
      ))}
    </ul>
  );
}

function thresholdWords(one: Budget["thresholds"][number]): string {
  if (one.passed === null) return "not known";
  if (one.taken_back) return one.passed ? "below for a while, reached again" : "reached before, now below";
  if (one.passed_on) return `reached ${dayLabel(one.passed_on)}`;
  return one.passed ? "reached" : "not reached";
}
