import { Select } from "@mantine/core";
import { type ChoiceGroup, dimensionLabel } from "./dimensions";

interface Props {
  label: string;
  choices: readonly ChoiceGroup[];
  /** Null offers one to add. */
  value: string | null;
  placeholder?: string;
  size?: string;
  className?: string | undefined;
  onChange: (name: string) => void;
}

/** A dimension of cost, searched as one types: there may be hundreds of tags. */
export function DimensionSelect({ label, choices, value, onChange, ...rest }: Props) {
  const known = choices.some((group) => group.items.some((one) => one.value === value));
  // What the data does not have any more stays as it was chosen.
  const lost =
    value !== null && !known
      ? [{ group: "Not in the data", items: [{ value, label: dimensionLabel(value, undefined) }] }]
      : [];
  return (
    <Select
      {...rest}
      aria-label={label}
      searchable
      allowDeselect={false}
      limit={200}
      nothingFoundMessage="No such dimension"
      data={[...choices, ...lost]}
      value={value}
      onChange={(next) => next !== null && onChange(next)}
    />
  );
}
