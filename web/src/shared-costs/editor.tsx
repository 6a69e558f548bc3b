import { Button } from "@mantine/core";
import { IconArrowsSplit, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api, ifMatch, unwrap } from "../api/client";
import type { Dimensions, SharedCosts } from "../api/types";
import { Empty } from "../ui/empty";
import { moved, replaced, without } from "../ui/move";
import { RuleCard } from "../ui/rule-card";
import { SaveBar } from "../ui/save-bar";
import { Unsaved } from "../ui/unsaved";
import { ruleDifferences } from "./differences";
import { draftOf, newRule, plainRules, type RuleDraft, rulesProblem, sameRules } from "./draft";
import { sharedCostQueries } from "./queries";
import { RuleEditor } from "./rule-editor";
import classes from "./shared-costs.module.css";
import type { AccountChoice } from "./targets";

/** What the words and the fields of rules are made from. */
export interface Surroundings {
  dimensions: Dimensions | undefined;
  accounts: readonly AccountChoice[];
}

/** All rules at once: they are saved together, because their order is part of what they mean. */
export function RulesEditor({ loaded, around }: { loaded: SharedCosts; around: Surroundings }) {
  const client = useQueryClient();
  const [{ rules: kept, version }, setKept] = useState(loaded);
  const [draft, setDraft] = useState<readonly RuleDraft[]>(() => draftOf(loaded.rules));
  const changed = !sameRules(plainRules(draft), plainRules(draftOf(kept)));
  const save = useMutation({
    mutationFn: () =>
      unwrap(
        api.PUT("/api/v1/shared-costs", {
          params: { header: ifMatch(version ?? "") },
          body: { rules: plainRules(draft) },
        }),
      ),
    onSuccess: (saved) => {
      setKept(saved);
      setDraft(draftOf(saved.rules));
      client.setQueryData(sharedCostQueries.all().queryKey, saved);
      void client.invalidateQueries();
    },
  });
  const stand = () => {
    setKept(loaded);
    save.reset();
  };
  const newer = {
    differences: ruleDifferences(draft, draftOf(loaded.rules), around),
    onMine: stand,
    onTheirs: () => {
      setDraft(draftOf(loaded.rules));
      stand();
    },
  };
  const add = (
    <Button
      variant={draft.length === 0 ? "filled" : "default"}
      leftSection={<IconPlus size={16} aria-hidden />}
      onClick={() => setDraft([...draft, newRule()])}
    >
      Add rule
    </Button>
  );
  return (
    <>
      {draft.length === 0 ? (
        <div className="card">
          <NoRules>{add}</NoRules>
        </div>
      ) : (
        <>
          <ol className={classes.rules} aria-label="Rules, in order">
            {draft.map((rule, at) => (
              <RuleCard
                key={rule.key}
                at={at}
                count={draft.length}
                title={rule.name}
                onMove={(by) => setDraft(moved(draft, at, by))}
                onRemove={() => setDraft(without(draft, at))}
              >
                <RuleEditor
                  {...around}
                  rule={rule}
                  place={at + 1}
                  onChange={(next) => setDraft(replaced(draft, at, next))}
                />
              </RuleCard>
            ))}
          </ol>
          {add}
        </>
      )}
      {(draft.length > 0 || changed) && (
        <SaveBar
          action="Save rules"
          missing={rulesProblem(draft)}
          changed={changed}
          saved={save.isSuccess}
          pending={save.isPending}
          error={save.error}
          newer={newer}
          onSave={() => save.mutate()}
          onDiscard={() => {
            save.reset();
            setDraft(draftOf(kept));
          }}
        />
      )}
      <Unsaved when={changed && !save.isPending} what="the rules for shared costs" />
    </>
  );
}

/** Before the first rule; those who may only read get no button. */
export function NoRules({ children }: { children?: ReactNode }) {
  return (
    <Empty
      icon={IconArrowsSplit}
      title="No cost is shared yet"
      text={
        children
          ? "Support, a network or a tools account serve everybody, and stand in the bill of one. A rule splits such cost among the others: evenly, in proportion to what they spend, or by fixed shares."
          : "Support, a network or a tools account serve everybody, and stand in the bill of one. Rules split such cost among the others; editors write them."
      }
    >
      {children}
    </Empty>
  );
}
