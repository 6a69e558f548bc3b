import { ActionIcon, Button, Group, NumberInput, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { filterText, parseFilter } from "../address/filter";
import { isMetric, metrics } from "../address/metric";
import { parseSearch } from "../address/path-builder";
import { readState } from "../address/state";
import { api, ifMatch, unwrap } from "../api/client";
import { queries } from "../api/queries";
import type { Budget, NewBudget } from "../api/types";
import { amountOf } from "../lib/amount";
import { hourLabel } from "../lib/dates";
import { formatMoney } from "../lib/money";
import { reportQueries } from "../reports/queries";
import { SourceFilters } from "../shared-costs/source-filters";
import { FormProblem } from "../ui/form-problem";
import { useOverview } from "../ui/use-overview";
import classes from "./budgets.module.css";
import { type Draft, draftOf, newBudget, type ThresholdDraft } from "./draft";
import { History } from "./history";
import { budgetQueries } from "./queries";
import { bases, isBasis, isPeriod, months, periods } from "./words";

interface Props {
  /** Absent for a new one. */
  budget?: Budget | undefined;
  onSaved: () => Promise<unknown>;
  onDone: () => void;
}

/** Makes or changes a budget, beside what was spent before. */
export function BudgetForm({ budget, onSaved, onDone }: Props) {
  const { overview } = useOverview();
  const [draft, setDraft] = useState<Draft>(() => draftOf(budget, overview.currency));
  const change = (next: Partial<Draft>) => setDraft((before) => ({ ...before, ...next }));
  const save = useMutation({
    mutationFn: (body: NewBudget) =>
      budget
        ? unwrap(
            api.PUT("/api/v1/budgets/{id}", {
              params: { path: { id: budget.id }, header: ifMatch(budget.version) },
              body,
            }),
          )
        : unwrap(api.POST("/api/v1/budgets", { body })),
    onSuccess: async () => {
      await onSaved();
      onDone();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(newBudget(draft));
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label="Name"
          required
          maxLength={100}
          value={draft.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          data-autofocus
        />
        <About draft={draft} onChange={change} />
        <div className={classes.fields}>
          <Select
            label="Period"
            allowDeselect={false}
            data={periods.map(({ value, label }) => ({ value, label }))}
            value={draft.period}
            onChange={(next) => isPeriod(next) && change({ period: next, later: [] })}
          />
          {draft.period !== "month" && (
            <Select
              label="Fiscal year begins in"
              allowDeselect={false}
              data={months.map((label, at) => ({ value: String(at + 1), label }))}
              value={String(draft.startMonth)}
              onChange={(next) => next && change({ startMonth: Number(next), later: [] })}
            />
          )}
          <Select
            label="Cost"
            allowDeselect={false}
            data={Object.entries(metrics).map(([value, { label }]) => ({ value, label }))}
            value={draft.metric}
            onChange={(next) => next && isMetric(next) && change({ metric: next })}
          />
          {overview.currencies.length > 1 && (
            <Select
              label="Currency"
              allowDeselect={false}
              data={[...overview.currencies]}
              value={draft.currency}
              onChange={(next) => next && change({ currency: next })}
            />
          )}
        </div>
        <Amount draft={draft} onChange={change} />
        <Thresholds thresholds={draft.thresholds} onChange={(thresholds) => change({ thresholds })} />
        <FormProblem error={save.error} />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={draft.name.trim() === "" || amountOf(draft.amount) === undefined}
          >
            {budget ? "Save" : "Make the budget"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface PartProps {
  draft: Draft;
  onChange: (next: Partial<Draft>) => void;
}

/** What it is about: filters, chosen here or taken from a saved report. */
function About({ draft, onChange }: PartProps) {
  const { version } = useOverview();
  const dimensions = useQuery(queries.dimensions(version));
  const reports = useQuery(reportQueries.all());
  const saved = reports.data?.reports ?? [];
  const take = (id: string | null) => {
    const report = saved.find((one) => one.id === id);
    if (!report) return;
    const { filters, metric } = readState(parseSearch(report.address));
    const own = filters.filter((one) => one.dimension !== "currency" && one.dimension !== "billing_period");
    onChange({ filters: own.map(filterText), metric, ...(draft.name === "" && { name: report.name }) });
  };
  return (
    <fieldset className={classes.about}>
      <legend>What it is about</legend>
      <SourceFilters
        filters={draft.filters.flatMap((text) => parseFilter(text) ?? [])}
        dimensions={dimensions.data}
        onChange={(filters) => onChange({ filters: filters.map(filterText) })}
      />
      {draft.filters.length === 0 && <p>Everything, until a filter is added.</p>}
      {saved.length > 0 && (
        <Select
          label="Filters of a saved report"
          placeholder="Take its filters"
          size="xs"
          searchable
          data={saved.map((one) => ({ value: one.id, label: one.name }))}
          value={null}
          onChange={take}
        />
      )}
    </fieldset>
  );
}

/** The amount, beside what the periods before cost and what is suggested from them. */
function Amount({ draft, onChange }: PartProps) {
  const { version } = useOverview();
  const asked = {
    filters: draft.filters,
    metric: draft.metric,
    currency: draft.currency,
    period: draft.period,
    start_month: draft.startMonth,
  };
  const found = useQuery(budgetQueries.suggestion(version, asked));
  const suggested = found.data?.amount;
  return (
    <>
      <Group align="flex-end" gap="sm">
        <TextInput
          label={`Amount a ${draft.period}, in ${draft.currency}`}
          required
          inputMode="decimal"
          autoComplete="off"
          value={draft.amount}
          error={draft.amount !== "" && amountOf(draft.amount) === undefined && "Write it as 1250 or 1250.50"}
          onChange={(event) => onChange({ amount: event.currentTarget.value })}
        />
        {suggested && (
          <Button variant="default" onClick={() => onChange({ amount: suggested })}>
            Take {formatMoney(suggested, draft.currency)}
          </Button>
        )}
      </Group>
      {found.error ? (
        <FormProblem error={found.error} />
      ) : !found.data ? (
        <Skeleton height={130} aria-busy="true" />
      ) : (
        <>
          <p className={classes.outlook} role="status">
            {suggested && `Suggested: ${formatMoney(suggested, draft.currency)}. `}
            {found.data.words}
            {found.data.median &&
              ` Half of them cost ${formatMoney(found.data.median, draft.currency)} at most.`}
            {found.data.data_through && ` Data through ${hourLabel(found.data.data_through)}.`}
          </p>
          {found.data.past.length > 0 && (
            <History
              label="What the periods before cost"
              past={found.data.past}
              period={draft.period}
              currency={draft.currency}
              amount={amountOf(draft.amount)}
            />
          )}
        </>
      )}
    </>
  );
}

/** Thresholds that a budget has at most. */
const most = 10;

function Thresholds({
  thresholds,
  onChange,
}: {
  thresholds: readonly ThresholdDraft[];
  onChange: (next: ThresholdDraft[]) => void;
}) {
  const set = (at: number, next: Partial<ThresholdDraft>) =>
    onChange(thresholds.map((one, place) => (place === at ? { ...one, ...next } : one)));
  const add = () =>
    onChange([
      ...thresholds,
      { key: Math.max(0, ...thresholds.map((one) => one.key)) + 1, basis: "actual", percent: 90 },
    ]);
  return (
    <fieldset className={classes.about}>
      <legend>When it tells</legend>
      <p>
        Each once a period, by the channels of notifications. A forecast has to be beyond on two data days in
        a row.
      </p>
      {thresholds.map((one, at) => (
        <Group key={one.key} gap="xs" wrap="nowrap">
          <Select
            aria-label={`Figure of threshold ${at + 1}`}
            allowDeselect={false}
            data={bases.map(({ value, label }) => ({ value, label }))}
            value={one.basis}
            onChange={(next) => isBasis(next) && set(at, { basis: next })}
          />
          <NumberInput
            aria-label={`Percent of threshold ${at + 1}`}
            min={1}
            max={1000}
            allowDecimal={false}
            suffix=" %"
            value={one.percent}
            onChange={(next) => set(at, { percent: Number(next) || 0 })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove threshold ${at + 1}`}
            onClick={() => onChange(thresholds.filter((other) => other.key !== one.key))}
          >
            <IconX size={16} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      {thresholds.length < most && (
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          className={classes.addThreshold ?? ""}
          onClick={add}
        >
          Add a threshold
        </Button>
      )}
    </fieldset>
  );
}
