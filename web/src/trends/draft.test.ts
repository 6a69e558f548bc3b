import { describe, expect, it } from "vitest";
import { changed, definitionOf, draftOf, draftProblem, trialOf, watchesOf } from "./draft";
import type { TrendDefinition } from "./types";

const known: TrendDefinition = {
  id: "d1",
  name: "Team",
  description: "",
  predefined: false,
  on: true,
  watches: ["tag:team"],
  only: "payments",
  only_words: "payments",
  method: "weekly",
  threshold_percent: 40,
  minimum: "50",
  ignore_decreases: true,
  notifies: false,
  version: "3",
  events: 0,
  verdicts: { real: 0, planned: 0, false: 0 },
  precision_percent: null,
};

describe("a definition while it is written", () => {
  it("is what it was until something is changed", () => {
    expect(definitionOf(draftOf(known))).toEqual({
      name: "Team",
      description: "",
      on: true,
      watches: ["tag:team"],
      only: "payments",
      method: "weekly",
      threshold_percent: 40,
      minimum: "50",
      ignore_decreases: true,
      notifies: false,
    });
    expect(changed(known, { notifies: true }).notifies).toBe(true);
  });

  it("begins as the definition that raises few false alarms", () => {
    const draft = draftOf(undefined);
    expect(watchesOf(draft)).toEqual(["account", "service"]);
    expect(trialOf(draft, "EUR")).toEqual({
      watches: ["account", "service"],
      only: null,
      method: "robust",
      threshold_percent: 25,
      minimum: "100",
      ignore_decreases: false,
      currency: "EUR",
    });
    expect(draftProblem(draft, [])).toBe("Enter a name.");
  });

  it("says what is missing", () => {
    const draft = { ...draftOf(undefined), name: " Team " };
    expect(draftProblem(draft, [])).toBeUndefined();
    expect(draftProblem(draft, ["Team"])).toContain("Another definition");
    expect(draftProblem({ ...draft, object: "tag" }, [])).toBe("Choose a tag key.");
    expect(draftProblem({ ...draft, threshold: 0 }, [])).toContain("threshold");
    expect(draftProblem({ ...draft, minimum: "a lot" }, [])).toContain("least amount");
    expect(trialOf({ ...draft, minimum: "" }, undefined).minimum).toBe("0");
  });
});
