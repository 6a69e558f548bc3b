import "@mantine/dates/styles.css";
import { DatePicker } from "@mantine/dates";

/** First and last day, as far as they are chosen. */
export type Days = [string | null, string | null];

interface Props {
  days: Days;
  /** First and last day that can be chosen. */
  first: string | undefined;
  last: string;
  /** A day of the month that is shown first. */
  shown: string;
  onDays: (days: Days) => void;
}

/** A span of days, loaded when somebody wants to choose one. */
export function Calendar({ days, first, last, shown, onDays }: Props) {
  return (
    <DatePicker
      type="range"
      value={days}
      onChange={onDays}
      defaultDate={shown}
      {...(first ? { minDate: first } : {})}
      maxDate={last}
      allowSingleDateInRange
      hideOutsideDates
      size="sm"
      ariaLabels={{
        nextMonth: "Next month",
        previousMonth: "Previous month",
      }}
    />
  );
}
