import { ActionIcon, Button, MultiSelect, Radio, Select, Stack, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { replaced, without } from "../ui/move";
import type { RuleDraft } from "./draft";
import { checkPercents, equalPercents } from "./percents";
import classes from "./shared-costs.module.css";

export interface AccountChoice {
  value: string;
  label: string;
}

interface Props {
  rule: RuleDraft;
  name: string;
  accounts: readonly AccountChoice[];
  onChange: (next: Partial<RuleDraft>) => void;
}

/** Who bears the cost: everybody else, some, or each a share of its own. */
export function Targets(props: Props) {
  const { rule, name, accounts, onChange } = props;
  if (rule.method === "fixed") return <FixedShares {...props} />;
  return (
    <Radio.Group
      label="Among"
      value={rule.everyone ? "all" : "some"}
      onChange={(next) => onChange({ everyone: next === "all" })}
    >
      <Stack gap={8} mt={8}>
        <Radio value="all" label="All other accounts" />
        <Radio value="some" label="Chosen accounts" />
        {!rule.everyone && (
          <MultiSelect
            aria-label={`Accounts that bear ${name}`}
            placeholder={rule.targets.length === 0 ? "Choose accounts" : ""}
            searchable
            limit={100}
            nothingFoundMessage="No such account"
            data={accounts}
            value={rule.targets.map((one) => one.accountId)}
            onChange={(ids) =>
              onChange({
                targets: ids.map(
                  (accountId) =>
                    rule.targets.find((one) => one.accountId === accountId) ?? { accountId, percent: "" },
                ),
              })
            }
          />
        )}
      </Stack>
    </Radio.Group>
  );
}

function FixedShares({ rule, name, accounts, onChange }: Props) {
  const { targets } = rule;
  const chosen = new Set(targets.map((one) => one.accountId));
  const labels = new Map(accounts.map((one) => [one.value, one.label]));
  const check = checkPercents(targets.map((one) => one.percent));
  return (
    <div>
      <ul className={classes.shares} aria-label={`Shares of ${name}`}>
        {targets.map((target, at) => {
          const label = labels.get(target.accountId) ?? target.accountId;
          return (
            <li key={target.accountId} className={classes.share}>
              <span className={classes.account}>{label}</span>
              <TextInput
                aria-label={`Share of ${label} in percent`}
                className={classes.percent ?? ""}
                inputMode="decimal"
                rightSection="%"
                value={target.percent}
                onChange={(event) =>
                  onChange({
                    targets: replaced(targets, at, { ...target, percent: event.currentTarget.value.trim() }),
                  })
                }
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={`Take ${label} out`}
                onClick={() => onChange({ targets: without(targets, at) })}
              >
                <IconX size={16} />
              </ActionIcon>
            </li>
          );
        })}
      </ul>
      <div className={classes.addShare}>
        <Select
          // A field that adds starts anew after each choice.
          key={targets.length}
          aria-label={`Add an account to ${name}`}
          placeholder="Add an account"
          searchable
          limit={100}
          nothingFoundMessage="No such account"
          data={accounts.filter((one) => !chosen.has(one.value))}
          value={null}
          onChange={(accountId) =>
            accountId !== null && onChange({ targets: [...targets, { accountId, percent: "" }] })
          }
        />
        <Button
          variant="default"
          disabled={targets.length === 0}
          onClick={() => {
            const percents = equalPercents(targets.length);
            onChange({ targets: targets.map((one, at) => ({ ...one, percent: percents[at] ?? "" })) });
          }}
        >
          Make the shares equal
        </Button>
      </div>
      <p className={classes.check} data-good={check.good} role="status">
        {check.text}
      </p>
    </div>
  );
}
