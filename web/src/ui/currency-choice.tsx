import { SegmentedControl } from "@mantine/core";

interface Props {
  currencies: readonly string[];
  value: string;
  onChange: (currency: string) => void;
}

/** Which of several currencies is shown: amounts of different ones are never added. */
export function CurrencyChoice({ currencies, value, onChange }: Props) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="Currency"
      data={[...currencies]}
      value={value}
      onChange={onChange}
    />
  );
}
