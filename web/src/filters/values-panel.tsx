import { Button, Checkbox, Group, SegmentedControl, Skeleton, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { IconPlus, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Filter } from "../address/filter";
import { queries } from "../api/queries";
import type { Value } from "../api/types";
import { valueLabel } from "../chart/data";
import { formatMoney } from "../lib/money";
import { formatCount } from "../lib/quantity";
import { withFound } from "./describe";
import type { FilterDimension } from "./dimensions";
import classes from "./filters.module.css";
import type { ValuesScope } from "./values-filter";

interface Props {
  dimension: FilterDimension;
  draft: Filter;
  known: readonly Value[] | undefined;
  scope: ValuesScope;
  /** Values cannot be left out. */
  onlyInclude?: boolean;
  onDraft: (filter: Filter) => void;
  onApply: () => void;
  onAim: () => void;
  onCancel: () => void;
}

/** More than these are found again by a narrower search, not ticked at once. */
const mostFound = 500;

export function ValuesPanel(props: Props) {
  const { dimension, draft, known, scope, onlyInclude = false, onDraft, onApply, onAim, onCancel } = props;
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 150);
  const { from, to, metric, version } = scope;
  const found = useQuery({
    ...queries.values(version, dimension.name, {
      from,
      to,
      metric,
      search,
      limit: mostFound,
      all_months: true,
    }),
    enabled: search !== "",
  });
  const values = search === "" ? known : found.data?.values;
  const beyond = search !== "" && (found.data?.total_values ?? 0) > mostFound;
  const chosen = new Set(draft.values);
  const listed = new Set(values?.map((one) => one.value));
  // What is chosen stays visible though the search or the limit leaves it out.
  const missing = search === "" ? draft.values.filter((value) => values && !listed.has(value)) : [];
  const rows: Value[] = [
    ...missing.map((value) => ({ value, label: "", figure: "0", currency: scope.currency })),
    ...(values ?? []),
  ];
  // A value that no month has yet, or not under this name: a filter may wait for it.
  const typed = text.trim();
  const free =
    typed !== "" && !rows.some((one) => one.value === typed || one.label === typed) ? typed : undefined;
  const toggle = (value: string) =>
    onDraft({
      ...draft,
      values: chosen.has(value) ? draft.values.filter((one) => one !== value) : [...draft.values, value],
    });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onApply();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <TextInput
        placeholder={`Search ${dimension.plural.toLowerCase()}`}
        aria-label={`Search ${dimension.plural.toLowerCase()}`}
        leftSection={<IconSearch size={16} aria-hidden />}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus
        mb={8}
      />
      {!onlyInclude && (
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label="Keep or leave out"
          data={[
            { value: "include", label: "Include" },
            { value: "exclude", label: "Exclude" },
          ]}
          value={draft.exclude ? "exclude" : "include"}
          onChange={(next) => onDraft({ ...draft, exclude: next === "exclude" })}
          mb={8}
        />
      )}
      <ul className={classes.values} aria-label={dimension.plural}>
        {values === undefined && <Skeleton height={180} />}
        {rows.map((one) => (
          <li key={one.value}>
            <Checkbox
              className={classes.value ?? ""}
              size="xs"
              checked={chosen.has(one.value)}
              onChange={() => toggle(one.value)}
              label={
                <span className={classes.valueLine}>
                  <span className={classes.valueLabel} title={one.value}>
                    {valueLabel(one.value, one.label, dimension.name)}
                  </span>
                  <span className={`${classes.valueFigure} tabular`}>
                    {formatMoney(one.figure, one.currency || scope.currency, 0)}
                  </span>
                </span>
              }
            />
          </li>
        ))}
        {values?.length === 0 && (
          <Text size="sm" c="dimmed" p="xs">
            Nothing found.
          </Text>
        )}
      </ul>
      {free !== undefined && values !== undefined && (
        <Button
          variant="subtle"
          size="compact-xs"
          mt={6}
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => {
            onDraft({ ...draft, values: [...new Set([...draft.values, free])] });
            setText("");
          }}
        >
          Use “{free}” as typed
        </Button>
      )}
      {beyond && (
        <Text size="xs" c="dimmed" mt={6}>
          The {formatCount(mostFound)} largest of {formatCount(found.data?.total_values ?? 0)} found: search
          for more letters.
        </Text>
      )}
      <Group justify="space-between" mt={8} gap={6}>
        <Group gap={0}>
          {search !== "" && (
            <Button
              variant="subtle"
              size="compact-xs"
              disabled={!values?.some((one) => !chosen.has(one.value))}
              onClick={() => values && onDraft(withFound(draft, values))}
            >
              Select all found
            </Button>
          )}
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={chosen.size === 0}
            onClick={() => onDraft({ ...draft, values: [] })}
          >
            Clear
          </Button>
        </Group>
        <Group gap={6}>
          <Button variant="default" size="xs" onClick={onCancel}>
            Cancel
          </Button>
          <Button type="submit" size="xs" onPointerDown={onAim}>
            Apply
          </Button>
        </Group>
      </Group>
    </form>
  );
}
