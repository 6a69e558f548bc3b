import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "../shell/logo";
import { SchemeToggle } from "../shell/scheme-toggle";
import classes from "./auth-card.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** The frame of the pages outside the dashboards: sign-in, set-up, invitation. */
export function AuthCard({ title, lead, children }: Props) {
  return (
    <div className={classes.page}>
      <div className={classes.toggle}>
        <SchemeToggle />
      </div>
      <main className={`card ${classes.card}`}>
        <div className={classes.brand}>
          <Logo />
          <span>Cloud Analyzer</span>
        </div>
        <Title order={1} size="h3">
          {title}
        </Title>
        {lead && (
          <Text size="sm" c="dimmed" mt={4}>
            {lead}
          </Text>
        )}
        <div className={classes.body}>{children}</div>
      </main>
    </div>
  );
}
