import { ActionIcon, Tooltip } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import classes from "./command.module.css";
import { useCopy } from "./use-copy";

/** Text to copy: a command or a query. */
export function Command({ text, label, wrap = false }: { text: string; label: string; wrap?: boolean }) {
  const [done, copy] = useCopy();
  const copied = done === "copied";
  return (
    <div className={classes.box}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <section className={classes.text} data-wrap={wrap} tabIndex={0} aria-label={label}>
        {text}
      </section>
      <Tooltip
        label={done === "failed" ? "Select the text and copy it" : copied ? "Copied" : "Copy"}
        withArrow
      >
        <ActionIcon
          className={classes.copy}
          variant="subtle"
          color="gray"
          onClick={() => copy(text)}
          aria-label={copied ? "Copied" : `Copy ${label.toLowerCase()}`}
        >
          {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
