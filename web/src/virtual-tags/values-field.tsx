import { Pill, TagsInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries } from "../api/queries";
import type { Value } from "../api/types";
import { formatMoney } from "../lib/money";
import { useOverview } from "../ui/use-overview";
import classes from "./virtual-tags.module.css";

interface Props {
  label: string;
  dimension: string;
  /** Parts of values are typed; whole values are suggested. */
  whole: boolean;
  values: string[];
  onChange: (values: string[]) => void;
}

/** What a condition compares with: free text, helped by the values of all months, the costliest of the last 30 days first. */
export function ValuesField({ label, dimension, whole, values, onChange }: Props) {
  const { overview, version, recent } = useOverview();
  const [asked, setAsked] = useState(false);
  const [text, setText] = useState("");
  const [search] = useDebouncedValue(text.trim(), 200);
  const query = { ...recent, metric: "amortized", limit: 100, all_months: true };
  // Asked for the names of chosen accounts too.
  const known = useQuery({
    ...queries.values(version, dimension, query),
    enabled: whole && (asked || values.length > 0),
  });
  const found = useQuery({
    ...queries.values(version, dimension, { ...query, search }),
    enabled: whole && asked && search !== "",
  });
  const suggested = (search === "" ? known.data : found.data)?.values ?? [];
  const byValue = new Map([...(known.data?.values ?? []), ...suggested].map((one) => [wordOf(one), one]));
  const options = suggested.map(wordOf).filter((word) => word !== "" && !values.includes(word));
  return (
    <TagsInput
      aria-label={label}
      placeholder={values.length === 0 ? (whole ? "Choose or type values" : "Type a text, then Enter") : ""}
      data={whole ? [...new Set(options)] : []}
      // The server has searched already, and it also searches names.
      filter={({ options: all }) => all}
      // Values may hold commas; lists are pasted by line.
      splitChars={["\n"]}
      isDuplicate={(value, present) => present.includes(value)}
      maxDropdownHeight={260}
      value={values}
      onChange={(next) => onChange([...new Set(next)])}
      searchValue={text}
      onSearchChange={setText}
      onFocus={() => setAsked(true)}
      renderOption={({ option }) => (
        <Suggestion value={byValue.get(option.value)} word={option.value} currency={overview.currency} />
      )}
      renderPill={({ value, onRemove }) => {
        const word = String(value);
        const label = byValue.get(word)?.label;
        return (
          <Pill
            withRemoveButton
            {...(onRemove && { onRemove })}
            removeButtonProps={{ "aria-label": `Remove ${word}`, "aria-hidden": false }}
            title={word}
          >
            {label && label !== word ? `${label} (${word})` : word}
          </Pill>
        );
      }}
    />
  );
}

/** Rows without a value are asked for by the word for none, which the server understands. */
const wordOf = (value: Value) => value.value || value.label;

function Suggestion({ value, word, currency }: { value: Value | undefined; word: string; currency: string }) {
  const label = value?.label;
  return (
    <span className={classes.suggestion}>
      <span className={classes.suggested}>
        {word}
        {label && label !== word && <span className={classes.named}>{label}</span>}
      </span>
      {value && <span className="tabular">{formatMoney(value.figure, currency, 0)}</span>}
    </span>
  );
}
