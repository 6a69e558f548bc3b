import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "../api/client";
import { Confirm } from "../ui/confirm";
import classes from "./page.module.css";

/** Ends every session in the organization, for when one may be in somebody else's hands. */
export function SignOutAll() {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => unwrap(api.DELETE("/api/v1/sessions")),
    onSuccess: async () => {
      setAsking(false);
      await client.invalidateQueries({ queryKey: ["members"] });
    },
  });
  return (
    <section className={classes.part} aria-label="Sessions">
      <div className={classes.head}>
        <h2>Sessions</h2>
        <Button
          variant="default"
          size="xs"
          onClick={() => {
            end.reset();
            setAsking(true);
          }}
        >
          Sign everybody out
        </Button>
      </div>
      <Confirm
        title="Sign everybody out?"
        action="Sign everybody out"
        opened={asking}
        pending={end.isPending}
        error={end.error}
        onConfirm={() => end.mutate()}
        onClose={() => setAsking(false)}
      >
        Everybody in this organization has to sign in again, in every browser. You stay signed in here. API
        tokens go on working.
      </Confirm>
    </section>
  );
}
