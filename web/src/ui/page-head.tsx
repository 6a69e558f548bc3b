import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./page-head.module.css";

/** Title of a page, a line under it, and what can be done at its right. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className={classes.head}>
      <div className={classes.words}>
        <Title order={1} size="h2">
          {title}
        </Title>
        {lead && (
          <Text size="sm" c="dimmed" component="div">
            {lead}
          </Text>
        )}
      </div>
      {children}
    </div>
  );
}
