import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiProblem } from "../api/client";
import { Conflict, LoadNewer, type Newer } from "./conflict";
import classes from "./form-problem.module.css";

interface Props {
  error: unknown;
  /** What can be done where somebody else was faster, for forms in which something was typed. */
  newer?: Newer | undefined;
}

/** Why a form was refused, and what to do; nothing while there is no error. */
export function FormProblem({ error, newer }: Props) {
  if (!error) return null;
  const problem = error instanceof ApiProblem ? error : undefined;
  const text = problem?.detail ?? (error instanceof Error ? error.message : String(error));
  return (
    <Alert
      className={classes.alert}
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={sentence(text)}
    >
      {problem?.advice}
      {problem?.status === 412 && (newer ? <Conflict newer={newer} /> : <LoadNewer />)}
    </Alert>
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
