import { Radio, Stack, Text, TextInput } from "@mantine/core";
import type { Dimensions } from "../api/types";
import type { RuleDraft } from "./draft";
import { methods, sourceSentence, splitSentence } from "./sentences";
import classes from "./shared-costs.module.css";
import { SourceFilters } from "./source-filters";
import { type AccountChoice, Targets } from "./targets";

interface Props {
  rule: RuleDraft;
  place: number;
  dimensions: Dimensions | undefined;
  accounts: readonly AccountChoice[];
  onChange: (rule: RuleDraft) => void;
}

/** What is shared, how it is split and among whom; and the same as a sentence. */
export function RuleEditor({ rule, place, dimensions, accounts, onChange }: Props) {
  const set = (next: Partial<RuleDraft>) => onChange({ ...rule, ...next });
  return (
    <Stack>
      <TextInput
        className={classes.name ?? ""}
        label="Name"
        maxLength={200}
        value={rule.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <div>
        <Text size="sm" fw={500} mb={6}>
          What is shared
        </Text>
        <SourceFilters
          filters={rule.filters}
          dimensions={dimensions}
          onChange={(filters) => set({ filters })}
        />
      </div>
      <Radio.Group
        label="How it is split"
        value={rule.method}
        onChange={(next) => {
          const chosen = methods.find((one) => one.value === next);
          if (chosen) set({ method: chosen.value });
        }}
      >
        <Stack gap={8} mt={8}>
          {methods.map((one) => (
            <Radio key={one.value} value={one.value} label={one.label} description={one.text} />
          ))}
        </Stack>
      </Radio.Group>
      <Targets rule={rule} name={rule.name || `rule ${place}`} accounts={accounts} onChange={set} />
      <RuleSentence rule={rule} dimensions={dimensions} accounts={accounts} />
    </Stack>
  );
}

/** Also all that somebody sees who may only read. */
export function RuleSentence({
  rule,
  dimensions,
  accounts,
}: Pick<Props, "rule" | "dimensions" | "accounts">) {
  const labels = new Map(accounts.map((one) => [one.value, one.label]));
  const source = sourceSentence(rule.filters, dimensions);
  return (
    <p className={classes.sentence}>
      {source ? `Cost where ${source}` : "Cost that no filter names yet"}{" "}
      {splitSentence(rule, (id) => labels.get(id) ?? id)}.
    </p>
  );
}
