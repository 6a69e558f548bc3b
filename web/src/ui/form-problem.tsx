import { Alert, Button } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiProblem } from "../api/client";
import classes from "./form-problem.module.css";

/** Why a form was refused, and what to do; nothing while there is no error. */
export function FormProblem({ error }: { error: unknown }) {
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
      {problem?.status === 412 && (
        <div className={classes.newer}>
          <Button size="xs" variant="default" onClick={() => window.location.reload()}>
            Load the newer version
          </Button>
        </div>
      )}
    </Alert>
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
