import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { operators } from "../ui/conditions";
import { DimensionSelect } from "../ui/dimension-select";
import type { ChoiceGroup } from "../ui/dimensions";
import { replaced, without } from "../ui/move";
import { type ConditionDraft, newCondition, type RuleDraft, ruleProblem } from "./draft";

import { ValuesField } from "./values-field";
import classes from "./virtual-tags.module.css";

interface Props {
  rule: RuleDraft;
  /** For names of fields: "rule 2". */
  place: number;
  choices: readonly ChoiceGroup[];
  onChange: (rule: RuleDraft) => void;
}

/** The value of a rule and the conditions that a row must meet, all of them. */
export function RuleEditor({ rule, place, choices, onChange }: Props) {
  const { conditions } = rule;
  const set = (next: readonly ConditionDraft[]) => onChange({ ...rule, conditions: [...next] });
  const problem = ruleProblem(rule);
  return (
    <>
      <TextInput
        className={classes.value ?? ""}
        label="Value"
        description="What matching rows get"
        maxLength={200}
        value={rule.value}
        onChange={(event) => onChange({ ...rule, value: event.currentTarget.value })}
      />
      <p className={classes.joint}>
        {conditions.length > 1 ? "where all of these hold:" : "where this holds:"}
      </p>
      <ul className={classes.conditions} aria-label={`Conditions of rule ${place}`}>
        {conditions.map((condition, at) => (
          <Condition
            key={condition.key}
            name={`condition ${at + 1} of rule ${place}`}
            condition={condition}
            choices={choices}
            onChange={(next) => set(replaced(conditions, at, next))}
            onRemove={() => set(without(conditions, at))}
          />
        ))}
      </ul>
      <Button
        variant="subtle"
        size="xs"
        leftSection={<IconPlus size={15} aria-hidden />}
        onClick={() => set([...conditions, newCondition()])}
      >
        Add condition
      </Button>
      {problem && <p className={classes.missing}>{problem}</p>}
    </>
  );
}

interface ConditionProps {
  name: string;
  condition: ConditionDraft;
  choices: readonly ChoiceGroup[];
  onChange: (condition: ConditionDraft) => void;
  onRemove: () => void;
}

function Condition({ name, condition, choices, onChange, onRemove }: ConditionProps) {
  const { dimension, operator, values } = condition;
  return (
    <li className={classes.condition}>
      <DimensionSelect
        label={`What ${name} looks at`}
        choices={choices}
        value={dimension}
        // Values of another dimension mean nothing there.
        onChange={(next) =>
          onChange({ ...condition, dimension: next, values: next === dimension ? values : [] })
        }
      />
      <Select
        aria-label={`How ${name} compares`}
        allowDeselect={false}
        data={operators}
        value={operator}
        onChange={(next) => {
          const chosen = operators.find((one) => one.value === next);
          if (chosen) onChange({ ...condition, operator: chosen.value });
        }}
      />
      <ValuesField
        label={`Values of ${name}`}
        dimension={dimension}
        whole={operator === "is" || operator === "is_not"}
        values={values}
        onChange={(next) => onChange({ ...condition, values: next })}
      />
      <ActionIcon variant="subtle" color="gray" size={36} aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconX size={16} />
      </ActionIcon>
    </li>
  );
}
