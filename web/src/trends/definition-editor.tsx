import { Button } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Confirm } from "../ui/confirm";
import { PageHead } from "../ui/page-head";
import { SaveBar } from "../ui/save-bar";
import { Unsaved } from "../ui/unsaved";
import { BacktestPanel } from "./backtest-panel";
import { useRemoveDefinition, useSaveDefinition } from "./changes";
import classes from "./definition.module.css";
import { DefinitionFields } from "./definition-fields";
import { type Draft, definitionOf, draftOf, draftProblem } from "./draft";
import type { TrendDefinition } from "./types";

interface Props {
  /** Undefined makes another one. */
  definition: TrendDefinition | undefined;
  /** Names that are taken. */
  taken: readonly string[];
  may: boolean;
}

const text = (draft: Draft) => JSON.stringify(definitionOf(draft));

/** What is looked for, with what it would have found in the last twelve months beside it. */
export function DefinitionEditor({ definition, taken, may }: Props) {
  // What the server has, as of the last save: the second who saves is told.
  const [kept, setKept] = useState(definition);
  const [draft, setDraft] = useState(() => draftOf(definition));
  const [going, setGoing] = useState(false);
  const navigate = useNavigate();
  const save = useSaveDefinition();
  const remove = useRemoveDefinition();
  const changed = text(draft) !== text(draftOf(kept));
  const stand = () => {
    setKept(definition);
    save.reset();
  };
  const store = () =>
    save.mutate(
      { kept, body: definitionOf(draft) },
      {
        onSuccess: (saved) => {
          setKept(saved);
          setDraft(draftOf(saved));
          if (!definition) void navigate({ to: "/trends/definitions", ignoreBlocker: true });
        },
      },
    );
  return (
    <>
      <PageHead
        title={kept?.name ?? "New definition"}
        lead={
          <>
            {!may
              ? "What is looked for. Editors change it. "
              : kept?.predefined
                ? "It is there from the start: its threshold, least amount and who is told can be changed. "
                : "What it would have found in the last twelve months is shown as you write. "}
            <Link to="/trends/definitions">Back to definitions</Link>
          </>
        }
      >
        {kept && !kept.predefined && may && (
          <Button
            variant="default"
            leftSection={<IconTrash size={16} aria-hidden />}
            onClick={() => setGoing(true)}
          >
            Delete
          </Button>
        )}
      </PageHead>
      <div className={classes.columns}>
        <DefinitionFields draft={draft} predefined={kept?.predefined ?? false} may={may} onDraft={setDraft} />
        {may && <BacktestPanel draft={draft} />}
      </div>
      {may && (
        <SaveBar
          missing={draftProblem(draft, taken)}
          changed={changed}
          saved={save.isSuccess}
          pending={save.isPending}
          error={save.error}
          newer={{
            differences: definition ? differences(draft, draftOf(definition)) : [],
            onMine: stand,
            onTheirs: () => {
              setDraft(draftOf(definition));
              stand();
            },
          }}
          action={kept ? "Save definition" : "Create definition"}
          onSave={store}
          onDiscard={() => {
            save.reset();
            setDraft(draftOf(kept));
          }}
        />
      )}
      <Unsaved when={may && changed && !save.isPending} what="this definition" />
      <Confirm
        title={`Delete ${kept?.name ?? ""}?`}
        action="Delete"
        opened={going}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          kept &&
          remove.mutate(kept, {
            onSuccess: () => void navigate({ to: "/trends/definitions", ignoreBlocker: true }),
          })
        }
        onClose={() => {
          remove.reset();
          setGoing(false);
        }}
      >
        It is not looked for any more. What it found stays in the list of events.
      </Confirm>
    </>
  );
}

/** What of a draft is otherwise in the newer version. */
function differences(mine: Draft, theirs: Draft) {
  const names: Record<keyof Draft, string> = {
    name: "Name",
    description: "Description",
    object: "Watches",
    tagKey: "Tag key",
    only: "Only",
    method: "Method",
    threshold: "Threshold",
    minimum: "Least amount",
    ignoreDecreases: "Ignores decreases",
    notifies: "Notifies",
    on: "On",
  };
  return (Object.keys(names) as (keyof Draft)[]).map((key) => ({
    name: names[key],
    mine: String(mine[key] ?? "each"),
    theirs: String(theirs[key] ?? "each"),
  }));
}
