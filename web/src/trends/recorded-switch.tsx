import { Switch } from "@mantine/core";
import { counted } from "../lib/quantity";

interface Props {
  shown: boolean;
  /** Events that are only recorded, as far as that is known. */
  count: number | undefined;
  onShown: (shown: boolean) => void;
}

/** Shows also what no definition that notifies saw. */
export function RecordedSwitch({ shown, count, onShown }: Props) {
  const label = count === undefined ? "" : ` (${counted(count, "event")})`;
  return (
    <Switch
      size="sm"
      label={`Also what is only recorded${label}`}
      checked={shown}
      onChange={(event) => onShown(event.currentTarget.checked)}
    />
  );
}
