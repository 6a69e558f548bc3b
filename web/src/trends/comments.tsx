import { ActionIcon, Button, Group, Textarea } from "@mantine/core";
import { IconPencil, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { timeLabel } from "../lib/dates";
import { Confirm } from "../ui/confirm";
import { FormProblem } from "../ui/form-problem";
import { useComment, useRemoveComment } from "./changes";
import classes from "./event.module.css";
import trendsClasses from "./trends.module.css";
import type { TrendComment } from "./types";

interface Props {
  id: string;
  comments: readonly TrendComment[];
  /** Whether the reader may write. */
  may: boolean;
}

const longest = 4000;

/** What people wrote, the newest first; each may change their own. */
export function Comments({ id, comments, may }: Props) {
  const [editing, setEditing] = useState<string>();
  const [going, setGoing] = useState<TrendComment>();
  const remove = useRemoveComment(id);
  return (
    <section className={`card ${trendsClasses.panel}`} aria-labelledby="comments">
      <div className={trendsClasses.head}>
        <h2 id="comments">Comments</h2>
        <span>{comments.length > 0 ? "Newest first, times in UTC" : ""}</span>
      </div>
      {may && <Write id={id} />}
      {comments.length === 0 ? (
        <p className={trendsClasses.note}>Nobody has written anything yet.</p>
      ) : (
        <ul className={classes.comments}>
          {[...comments].reverse().map((comment) => (
            <li key={comment.id}>
              <div className={classes.commentHead}>
                <strong>{comment.by.name}</strong>
                <span>
                  {timeLabel(comment.at)}
                  {comment.edited_at !== null && ", edited"}
                </span>
                <Group gap={2} className={classes.commentEnd ?? ""}>
                  {comment.own && may && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`Edit your comment of ${timeLabel(comment.at)}`}
                      onClick={() => setEditing(comment.id)}
                    >
                      <IconPencil size={16} />
                    </ActionIcon>
                  )}
                  {comment.may_delete && (
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={`Delete the comment of ${comment.by.name}, ${timeLabel(comment.at)}`}
                      onClick={() => setGoing(comment)}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  )}
                </Group>
              </div>
              {editing === comment.id ? (
                <Write id={id} comment={comment} onDone={() => setEditing(undefined)} />
              ) : (
                <p className={classes.commentText}>{comment.text}</p>
              )}
            </li>
          ))}
        </ul>
      )}
      <Confirm
        title="Delete this comment?"
        action="Delete"
        opened={going !== undefined}
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => going && remove.mutate(going.id, { onSuccess: () => setGoing(undefined) })}
        onClose={() => {
          remove.reset();
          setGoing(undefined);
        }}
      >
        It is gone for everybody.
      </Confirm>
    </section>
  );
}

/** A field for a new comment, or for one that is changed. */
function Write({ id, comment, onDone }: { id: string; comment?: TrendComment; onDone?: () => void }) {
  const [text, setText] = useState(comment?.text ?? "");
  const save = useComment(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(comment ? { comment: comment.id, text } : { text }, {
      onSuccess: () => {
        if (!comment) setText("");
        onDone?.();
      },
    });
  };
  return (
    <form onSubmit={submit} className={classes.write}>
      <Textarea
        aria-label={comment ? "Your comment" : "New comment"}
        placeholder="What do you know about it?"
        autosize
        minRows={2}
        maxRows={12}
        maxLength={longest}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        data-autofocus={comment !== undefined || undefined}
      />
      <FormProblem error={save.error} />
      <Group justify="flex-end" gap="sm" mt="xs">
        {comment && (
          <Button size="xs" variant="default" onClick={onDone}>
            Cancel
          </Button>
        )}
        <Button
          size="xs"
          type="submit"
          loading={save.isPending}
          disabled={text.trim() === "" || text === comment?.text}
        >
          {comment ? "Save" : "Add comment"}
        </Button>
      </Group>
    </form>
  );
}
