import {
  Button,
  Checkbox,
  Fieldset,
  Group,
  Radio,
  SegmentedControl,
  Stack,
  Switch,
  Text,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { SubsetDetails } from "../api/types";
import { FormProblem } from "../ui/form-problem";
import { Unsaved } from "../ui/unsaved";
import { useVersion } from "../ui/use-version";
import { type BillingDraft, billingOf, chargeSentence, draftOf, sameBilling, sizeProblem } from "./charge";
import { useChangeSubset } from "./queries";
import classes from "./subsets.module.css";

interface Props {
  subset: SubsetDetails;
  currency: string;
  may: boolean;
}

const directions = [
  { value: "none", label: "As it is" },
  { value: "uplift", label: "Uplift" },
  { value: "discount", label: "Discount" },
];

/** What is charged for a subset beside what it costs, and the same in words as it is entered. */
export function BillingRules({ subset, currency, may }: Props) {
  return (
    <section className={`card ${classes.billing}`} aria-labelledby="billing">
      <h2 id="billing">Billing rules</h2>
      {may ? (
        <Form key={subset.id} subset={subset} currency={currency} />
      ) : (
        <Text size="sm">{chargeSentence(subset.billing, currency)}</Text>
      )}
    </section>
  );
}

function Form({ subset, currency }: Omit<Props, "may">) {
  const [draft, setDraft] = useState(() => draftOf(subset.billing));
  const set = (next: Partial<BillingDraft>) => setDraft({ ...draft, ...next });
  const problem = sizeProblem(draft);
  const billing = problem === undefined ? billingOf(draft) : undefined;
  const changed = billing === undefined || !sameBilling(billing, subset.billing);
  const { version, rebase } = useVersion(subset.version, changed);
  const change = useChangeSubset({ id: subset.id, version });
  const newer = {
    differences: [
      {
        name: "What is charged",
        mine: billing === undefined ? "" : chargeSentence(billing, currency),
        theirs: chargeSentence(subset.billing, currency),
      },
    ],
    onMine: () => {
      rebase();
      change.reset();
    },
    onTheirs: () => {
      setDraft(draftOf(subset.billing));
      change.reset();
    },
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (billing !== undefined) change.mutate({ billing });
  };
  return (
    <>
      <form onSubmit={submit}>
        <Stack>
          <Switch
            label="Show a charge beside the cost"
            description="For what a customer or a team is billed, where that differs from what the accounts cost."
            checked={draft.on}
            onChange={(event) => set({ on: event.currentTarget.checked })}
          />
          {draft.on && <Rules draft={draft} problem={problem} onChange={set} />}
          <p className={classes.sentence} role="status">
            {billing === undefined
              ? "Correct the percentage to see what the charge means."
              : chargeSentence(billing, currency)}
          </p>
          <FormProblem error={change.error} newer={newer} />
          <Group gap="sm">
            <Button type="submit" loading={change.isPending} disabled={!changed || problem !== undefined}>
              Save billing rules
            </Button>
            <Text size="sm" c="dimmed" role="status">
              {change.isSuccess && !changed && "Saved."}
            </Text>
            {changed && (
              <Button variant="default" onClick={() => setDraft(draftOf(subset.billing))}>
                Discard
              </Button>
            )}
          </Group>
        </Stack>
      </form>
      {/* Outside: its own form must not submit this one. */}
      <Unsaved when={changed && !change.isPending} what="the billing rules" />
    </>
  );
}

interface RulesProps {
  draft: BillingDraft;
  problem: string | undefined;
  onChange: (next: Partial<BillingDraft>) => void;
}

function Rules({ draft, problem, onChange }: RulesProps) {
  const flag = (name: "credits" | "refunds" | "tax", label: string) => (
    <Checkbox
      label={label}
      checked={draft[name]}
      onChange={(event) => onChange({ [name]: event.currentTarget.checked })}
    />
  );
  return (
    <>
      <Radio.Group
        label="Price"
        value={draft.price}
        onChange={(next) => onChange({ price: next === "public" ? "public" : "cost" })}
      >
        <Stack gap={8} mt={8}>
          <Radio
            value="cost"
            label="With the discounts of reservations and savings plans"
            description="What the accounts cost, amortized"
          />
          <Radio
            value="public"
            label="Public price"
            description="What the same usage costs on demand; the discounts stay with you"
          />
        </Stack>
      </Radio.Group>
      <Fieldset variant="unstyled" legend="Pass on">
        <Stack gap={8} mt={8}>
          {flag("credits", "Credits")}
          {flag("refunds", "Refunds")}
          {flag("tax", "Tax")}
        </Stack>
      </Fieldset>
      <div className={classes.percent}>
        <div>
          <Text size="sm" fw={500} mb={4} aria-hidden>
            Then
          </Text>
          <SegmentedControl
            aria-label="Then change it by a percentage"
            data={directions}
            value={draft.direction}
            onChange={(next) => onChange({ direction: next as BillingDraft["direction"] })}
          />
        </div>
        {draft.direction !== "none" && (
          <TextInput
            className={classes.size ?? ""}
            label="Percent"
            inputMode="decimal"
            rightSection="%"
            value={draft.size}
            error={problem}
            onChange={(event) => onChange({ size: event.currentTarget.value.trim() })}
          />
        )}
      </div>
    </>
  );
}
