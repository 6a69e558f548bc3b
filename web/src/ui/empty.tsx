import { Text, Title } from "@mantine/core";
import type { Icon } from "@tabler/icons-react";
import type { ReactNode } from "react";
import classes from "./empty.module.css";

interface Props {
  icon: Icon;
  title: string;
  text: ReactNode;
  /** The first step, for those who may take it. */
  children?: ReactNode;
}

/** A list before its first entry: what belongs there, what it is good for, and how to begin. */
export function Empty({ icon: Picture, title, text, children }: Props) {
  return (
    <div className={classes.box}>
      <Picture size={40} stroke={1.4} className={classes.icon} aria-hidden />
      <Title order={2} size="h4">
        {title}
      </Title>
      <Text c="dimmed" size="sm" className={classes.text} component="div">
        {text}
      </Text>
      {children}
    </div>
  );
}
