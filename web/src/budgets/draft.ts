import { isMetric, type Metric } from "../address/metric";
import type { Budget, BudgetBasis, BudgetPeriod, NewBudget } from "../api/types";
import { amountOf } from "../lib/amount";

/** A threshold that is typed; its key stays while the others change. */
export interface ThresholdDraft {
  key: number;
  basis: BudgetBasis;
  percent: number;
}

/** A budget that is typed. */
export interface Draft {
  name: string;
  filters: string[];
  metric: Metric;
  currency: string;
  period: BudgetPeriod;
  startMonth: number;
  amount: string;
  later: { from: string; amount: string }[];
  thresholds: ThresholdDraft[];
}

/** What a new budget begins with: half-way warnings wear out, the end of it does not. */
const usual: ThresholdDraft[] = [
  { key: 1, basis: "actual", percent: 80 },
  { key: 2, basis: "actual", percent: 100 },
  { key: 3, basis: "forecast", percent: 100 },
];

export function draftOf(budget: Budget | undefined, currency: string): Draft {
  if (!budget) {
    return {
      name: "",
      filters: [],
      metric: "amortized",
      currency,
      period: "month",
      startMonth: 1,
      amount: "",
      later: [],
      thresholds: usual,
    };
  }
  return {
    name: budget.name,
    filters: budget.filters,
    metric: isMetric(budget.metric) ? budget.metric : "amortized",
    currency: budget.currency,
    period: budget.period,
    startMonth: budget.start_month,
    amount: budget.now.amount ?? "",
    later: budget.later,
    thresholds: budget.thresholds.map(({ basis, percent }, key) => ({ key, basis, percent })),
  };
}

/** What is sent of it. */
export function newBudget(draft: Draft): NewBudget {
  return {
    name: draft.name,
    filters: draft.filters,
    metric: draft.metric,
    currency: draft.currency,
    period: draft.period,
    start_month: draft.startMonth,
    amount: amountOf(draft.amount) ?? draft.amount.trim(),
    later: draft.later,
    thresholds: draft.thresholds.map(({ basis, percent }) => ({ basis, percent })),
  };
}
