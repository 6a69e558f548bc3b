import { NumberInput, Select, Slider, Switch, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useId, useMemo } from "react";
import { queries } from "../api/queries";
import { organizationQueries } from "../organization/queries";
import { reportQueries } from "../reports/queries";
import { useOverview } from "../ui/use-overview";
import classes from "./definition.module.css";
import { type Draft, type ObjectChoice, objects } from "./draft";
import type { TrendMethod } from "./types";
import { methods } from "./words";

interface Props {
  draft: Draft;
  /** Then what it watches, and how, stays as it is. */
  predefined: boolean;
  may: boolean;
  onDraft: (draft: Draft) => void;
}

/** Thresholds that the slider reaches; larger ones are typed. */
const highest = 200;
const each = "each";

export function DefinitionFields({ draft, predefined, may, onDraft }: Props) {
  const set = (next: Partial<Draft>) => onDraft({ ...draft, ...next });
  const { overview } = useOverview();
  const fixed = predefined || !may;
  const method = methods.find((one) => one.value === draft.method);
  const thresholdId = useId();
  return (
    <div>
      <fieldset className={`card ${classes.part}`}>
        <legend className="hidden">Name</legend>
        <TextInput
          label="Name"
          required
          maxLength={100}
          disabled={fixed}
          value={draft.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
        />
        <Textarea
          label="Description"
          maxLength={1_000}
          autosize
          minRows={2}
          disabled={fixed}
          value={draft.description}
          onChange={(event) => set({ description: event.currentTarget.value })}
        />
      </fieldset>
      <fieldset className={`card ${classes.part}`}>
        <legend className="hidden">What is watched, and how</legend>
        <h2>Look for irregular spend of</h2>
        <Watched draft={draft} fixed={fixed} set={set} />
        <Select
          label="Method"
          allowDeselect={false}
          disabled={fixed}
          data={methods.map(({ value, label }) => ({ value, label }))}
          value={draft.method}
          onChange={(next) => next !== null && set({ method: next as TrendMethod })}
        />
        {method && <p className={classes.sentence}>{method.sentence}</p>}
      </fieldset>
      <fieldset className={`card ${classes.part}`}>
        <legend className="hidden">From when on it counts</legend>
        <h2>Tell of it from</h2>
        <div className={classes.threshold}>
          <div>
            <span id={thresholdId} className={classes.label}>
              Threshold
            </span>
            <Slider
              aria-labelledby={thresholdId}
              thumbLabel="Threshold in percent"
              min={5}
              max={highest}
              step={5}
              disabled={!may}
              label={(value) => `${value} %`}
              marks={[
                { value: 25, label: "25 %" },
                { value: 100, label: "100 %" },
                { value: highest, label: `${highest} %` },
              ]}
              value={Math.min(highest, draft.threshold)}
              onChange={(threshold) => set({ threshold })}
            />
          </div>
          <NumberInput
            aria-label="Threshold in percent, typed"
            min={1}
            max={1_000}
            suffix=" %"
            allowNegative={false}
            disabled={!may}
            value={draft.threshold}
            onChange={(value) => set({ threshold: Number(value) })}
          />
        </div>
        <TextInput
          label={`Least amount, in ${overview.currency}`}
          description={
            draft.method === "robust"
              ? "Of the whole event beyond what was expected: $0.02 that become $0.10 wake no one"
              : "Of the span beyond its range: $0.02 that become $0.10 wake no one"
          }
          inputWrapperOrder={["label", "input", "description", "error"]}
          inputMode="decimal"
          disabled={!may}
          value={draft.minimum}
          onChange={(event) => set({ minimum: event.currentTarget.value })}
        />
        <Switch
          label="Ignore decreases"
          disabled={!may}
          checked={draft.ignoreDecreases}
          onChange={(event) => set({ ignoreDecreases: event.currentTarget.checked })}
        />
        <Switch
          label="Notify: tell the channels of the organization what it finds"
          disabled={!may}
          checked={draft.notifies}
          onChange={(event) => set({ notifies: event.currentTarget.checked })}
        />
        <Switch
          label="On: look for it in every delivery"
          disabled={!may}
          checked={draft.on}
          onChange={(event) => set({ on: event.currentTarget.checked })}
        />
      </fieldset>
    </div>
  );
}

interface WatchedProps {
  draft: Draft;
  fixed: boolean;
  set: (next: Partial<Draft>) => void;
}

/** The object: a kind, of tags a key, and of most kinds one value in place of each. */
function Watched({ draft, fixed, set }: WatchedProps) {
  const { version } = useOverview();
  const dimensions = useQuery(queries.dimensions(version));
  const keys = dimensions.data?.tag_keys ?? [];
  return (
    <div className={classes.object}>
      <Select
        label="Object"
        allowDeselect={false}
        disabled={fixed}
        data={objects.map(({ value, label }) => ({ value, label }))}
        value={draft.object}
        onChange={(next) => next !== null && set({ object: next as ObjectChoice, only: null })}
      />
      {draft.object === "tag" && (
        <Select
          label="Tag key"
          required
          searchable
          allowDeselect={false}
          disabled={fixed}
          placeholder="Choose a key"
          data={draft.tagKey && !keys.includes(draft.tagKey) ? [draft.tagKey, ...keys] : keys}
          value={draft.tagKey || null}
          onChange={(next) => next !== null && set({ tagKey: next, only: null })}
        />
      )}
      <Only draft={draft} fixed={fixed} set={set} />
    </div>
  );
}

/** What lists the values of an object, where costs do. */
const ownDimensions: Partial<Record<ObjectChoice, string>> = {
  account: "account_id",
  service: "product_code",
  region: "region",
  usage_type: "usage_type",
  operation: "operation",
};

/** One value, or each of them. */
function Only({ draft, fixed, set }: WatchedProps) {
  const { overview, version, recent } = useOverview();
  const { object } = draft;
  const dimension = object === "tag" ? `tag:${draft.tagKey}` : ownDimensions[object];
  const ready = dimension !== undefined && dimension !== "tag:";
  const values = useQuery({
    ...queries.values(version, dimension ?? "", {
      from: overview.data_from ?? recent.from,
      to: overview.data_to ?? recent.to,
      metric: "amortized",
      limit: 500,
    }),
    enabled: ready,
  });
  const subsets = useQuery({ ...organizationQueries.subsets(), enabled: draft.object === "subset" });
  const reports = useQuery({ ...reportQueries.all(), enabled: draft.object === "filter" });
  const data = useMemo(() => {
    const found: { value: string; label: string }[] =
      draft.object === "subset"
        ? (subsets.data?.subsets ?? []).map((one) => ({ value: one.id, label: one.name }))
        : draft.object === "filter"
          ? (reports.data?.reports ?? []).map((one) => ({ value: one.id, label: one.name }))
          : (values.data?.values ?? [])
              .filter((one) => one.value !== "")
              .map((one) => ({ value: one.value, label: one.label || one.value }));
    const known = draft.only === null || found.some((one) => one.value === draft.only);
    return known ? found : [{ value: draft.only ?? "", label: draft.only ?? "" }, ...found];
  }, [draft.object, draft.only, subsets.data, reports.data, values.data]);
  if (draft.object === "account_service" || (draft.object === "tag" && !ready)) return null;
  return (
    <Select
      label={draft.object === "tag" ? "Tag value" : "Only"}
      searchable
      allowDeselect={false}
      disabled={fixed}
      limit={200}
      data={[
        { value: `${each}:`, label: draft.object === "tag" ? "Any" : "Each of them" },
        ...data.map(prefixed),
      ]}
      value={draft.only === null ? `${each}:` : `=${draft.only}`}
      onChange={(next) => next !== null && set({ only: next === `${each}:` ? null : next.slice(1) })}
    />
  );
}

/** So that no value can be taken for "each". */
const prefixed = ({ value, label }: { value: string; label: string }) => ({ value: `=${value}`, label });
