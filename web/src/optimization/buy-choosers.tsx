import { SegmentedControl } from "@mantine/core";
import { expiries, lookBacks, type OptimizationState, offered, payments, terms } from "./address";
import classes from "./buy.module.css";
import type { TabProps } from "./tab";

/** How commitments are looked for: term, payment, look-back, and what counts as gone. */
export function BuyChoosers({ state, set }: Pick<TabProps, "state" | "set">) {
  const { term, payment } = offered(state);
  const fixed = state.offer === "database";
  const choose = (next: Partial<OptimizationState>) => set({ ...next, commitment: undefined, of: undefined });
  return (
    <div className={classes.choosers}>
      <Choice
        label="Term"
        value={term}
        data={[...terms]}
        disabled={fixed}
        onChange={(next) => choose({ term: next })}
      />
      <Choice
        label="Payment"
        value={payment}
        data={[...payments]}
        disabled={fixed}
        onChange={(next) => choose({ payment: next })}
      />
      <Choice
        label="Look-back"
        value={String(state.days)}
        data={lookBacks.map((days) => ({ value: String(days), label: `${days} days` }))}
        onChange={(next) => choose({ days: Number(next) })}
      />
      <Choice
        label="Leave out what ends within"
        value={String(state.expires)}
        data={expiries.map((days) => ({
          value: String(days),
          label: days === 0 ? "No days" : `${days} days`,
        }))}
        onChange={(next) => choose({ expires: Number(next) })}
      />
      {fixed && <p>Database savings plans are sold for one year without upfront alone.</p>}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  data: { value: string; label: string }[];
  disabled?: boolean;
  onChange: (value: string) => void;
}

function Choice({ label, value, data, disabled = false, onChange }: ChoiceProps) {
  return (
    <div className={classes.choice}>
      <span aria-hidden>{label}</span>
      <SegmentedControl
        size="xs"
        aria-label={label}
        data={data}
        value={value}
        disabled={disabled}
        onChange={onChange}
      />
    </div>
  );
}
