import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { FormProblem } from "../../ui/form-problem";
import { Checks } from "../checks";
import { beginProcessing } from "../start-processing";
import { useVerification } from "../use-verification";
import type { StepProps } from "../wizard";
import classes from "../wizard.module.css";

/** Verifies by itself when nothing was verified yet; what passed leads on to processing. */
export function VerifyStep({ connection, saving, onNext }: StepProps) {
  const verification = useVerification(connection.id);
  const process = useMutation({
    mutationFn: () => beginProcessing(connection.id),
    onSuccess: () => onNext(),
  });
  const begun = useRef(false);
  const { start, state } = verification;
  const never = state.kind === "never";
  useEffect(() => {
    if (begun.current || !never) return;
    begun.current = true;
    start();
  }, [never, start]);
  const verdict = state.kind === "done" ? state.verdict : undefined;
  return (
    <>
      <p aria-live="polite">
        {verdict === undefined &&
          "Cloud Analyzer tries everything that it will need. Nothing in your account is changed."}
        {verdict === "passed" && "Everything is in order."}
        {verdict === "warning" &&
          "Your reports can be read. What is marked below costs a feature, and can be mended later."}
        {verdict === "not_yet" &&
          "Everything is in order, and no report is there yet: AWS needs up to 24 hours for the first. Leave this page if you like; reading begins by itself."}
        {verdict === "failed" && "Your reports cannot be read yet. Mend what failed, then verify again."}
      </p>
      <FormProblem error={verification.error ?? process.error} />
      <Checks state={state} />
      <div className={classes.actions}>
        {(verdict === "passed" || verdict === "warning") && (
          <Button loading={process.isPending || saving} onClick={() => process.mutate()}>
            Read the reports
          </Button>
        )}
        <Button variant="default" loading={state.kind === "running"} onClick={start}>
          Verify again
        </Button>
      </div>
    </>
  );
}
