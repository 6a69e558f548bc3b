import { Button, Group, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { initialState } from "../address/state";
import { virtualTab } from "../address/tabs";
import { api, ifMatch, unwrap } from "../api/client";
import { queries } from "../api/queries";
import type { VirtualTag } from "../api/types";
import { ruleChoices } from "../ui/dimensions";
import { LinkButton } from "../ui/link-button";
import { moved, replaced, without } from "../ui/move";
import { PageHead } from "../ui/page-head";
import { RuleCard } from "../ui/rule-card";
import { SaveBar } from "../ui/save-bar";
import { Unsaved } from "../ui/unsaved";
import { useOverview } from "../ui/use-overview";
import { tagDifferences } from "./differences";
import { draftOf, newRule, plainTag, type RuleDraft, sameTag, startedFrom, tagProblem } from "./draft";
import { Preview } from "./preview";
import { virtualTagQueries } from "./queries";
import { RemoveTag } from "./remove-tag";
import { RuleEditor } from "./rule-editor";
import { StartFrom } from "./start-from";
import classes from "./virtual-tags.module.css";

interface Props {
  /** Undefined makes another one. */
  tag: VirtualTag | undefined;
  /** Names that are taken. */
  others: readonly string[];
}

/** Rules in order, with what they make of the cost beside them. */
export function Editor({ tag, others }: Props) {
  const { version } = useOverview();
  const { data: dimensions } = useQuery(queries.dimensions(version));
  const choices = useMemo(() => (dimensions ? ruleChoices(dimensions) : []), [dimensions]);
  // What the server has, as of the last save: others may change it meanwhile, and the second who saves is told.
  const [kept, setKept] = useState(tag);
  const [draft, setDraft] = useState(() => draftOf(tag));
  const [going, setGoing] = useState<VirtualTag>();
  const navigate = useNavigate();
  const save = useSave(kept, (saved) => {
    setKept(saved);
    setDraft(draftOf(saved));
    if (!tag) {
      void navigate({
        to: "/virtual-tags/$id",
        params: { id: saved.id },
        replace: true,
        // What is about to be left is saved.
        ignoreBlocker: true,
      });
    }
  });
  const stand = () => {
    setKept(tag);
    save.reset();
  };
  const newer = {
    differences: tag ? tagDifferences(plainTag(draft), tag, dimensions) : [],
    onMine: stand,
    onTheirs: () => {
      setDraft(draftOf(tag));
      stand();
    },
  };
  const changed = !sameTag(plainTag(draft), plainTag(draftOf(kept)));
  const { rules } = draft;
  const setRules = (next: readonly RuleDraft[]) => setDraft({ ...draft, rules: [...next] });
  return (
    <>
      <PageHead
        title={kept?.name ?? "New virtual tag"}
        lead="The first rule that matches a row gives it its value; rows that none matches are “No match”."
      >
        {!kept && <StartFrom onChoose={(made) => setDraft(startedFrom(draft, made))} />}
        {kept && (
          <Group gap="sm">
            <LinkButton to="/" search={{ ...initialState, tab: virtualTab(kept).id }} variant="default">
              Show costs
            </LinkButton>
            <Button
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => setGoing(kept)}
            >
              Delete
            </Button>
          </Group>
        )}
      </PageHead>
      <div className={classes.columns}>
        <div>
          <div className={`card ${classes.name}`}>
            <TextInput
              label="Name"
              description="What its tab and its filter are called"
              required
              maxLength={200}
              value={draft.name}
              onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
            />
          </div>
          <ol className={classes.rules} aria-label="Rules, in order">
            {rules.map((rule, at) => (
              <RuleCard
                key={rule.key}
                at={at}
                count={rules.length}
                title={rule.value}
                onMove={(by) => setRules(moved(rules, at, by))}
                onRemove={() => setRules(without(rules, at))}
              >
                <RuleEditor
                  rule={rule}
                  place={at + 1}
                  choices={choices}
                  onChange={(next) => setRules(replaced(rules, at, next))}
                />
              </RuleCard>
            ))}
          </ol>
          <Button
            variant="default"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setRules([...rules, newRule()])}
          >
            Add rule
          </Button>
        </div>
        <Preview draft={draft} />
      </div>
      <SaveBar
        action={tag ? "Save changes" : "Save virtual tag"}
        missing={tagProblem(draft, others)}
        changed={changed}
        saved={save.isSuccess}
        pending={save.isPending}
        error={save.error}
        newer={newer}
        onSave={() => save.mutate(plainTag(draft))}
        onDiscard={() => {
          save.reset();
          setDraft(draftOf(kept));
        }}
      />
      <Unsaved when={changed && !save.isPending} what="this virtual tag" />
      <RemoveTag
        tag={going}
        onClose={() => setGoing(undefined)}
        onRemoved={() => navigate({ to: "/virtual-tags", ignoreBlocker: true })}
      />
    </>
  );
}

/** Makes or replaces a tag. The list knows it at once; figures by tag are asked for anew. */
function useSave(kept: VirtualTag | undefined, onSaved: (tag: VirtualTag) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ReturnType<typeof plainTag>) =>
      kept === undefined
        ? unwrap(api.POST("/api/v1/virtual-tags", { body }))
        : unwrap(
            api.PUT("/api/v1/virtual-tags/{id}", {
              params: { path: { id: kept.id }, header: ifMatch(kept.version) },
              body,
            }),
          ),
    onSuccess: (saved) => {
      client.setQueryData(
        virtualTagQueries.all().queryKey,
        (known) =>
          known && {
            virtual_tags: known.virtual_tags.some((one) => one.id === saved.id)
              ? known.virtual_tags.map((one) => (one.id === saved.id ? saved : one))
              : [...known.virtual_tags, saved],
          },
      );
      onSaved(saved);
      void client.invalidateQueries();
    },
  });
}
