import { describe, expect, it } from "vitest";
import { eventChange, eventDays, precisionWords, statusWords, watchesWords } from "./words";

describe("words of events", () => {
  it("say how a cost changed", () => {
    const spike = { change_percent: 212.34, is_new: false, kind: "spike" } as const;
    expect(eventChange(spike)).toBe("+212 %");
    expect(eventChange({ ...spike, change_percent: -41.2, kind: "drop" })).toBe("−41.2 %");
    expect(eventChange({ ...spike, change_percent: null, is_new: true })).toBe("new");
    expect(eventChange({ ...spike, change_percent: -100, kind: "gone" })).toBe("gone");
    expect(eventChange({ ...spike, change_percent: null, kind: "no_data" })).toBe("–");
  });

  it("name both ends of its days", () => {
    expect(eventDays({ first_day: "2026-11-24", last_day: "2026-11-24" })).toBe("24 Nov 2026");
    expect(eventDays({ first_day: "2026-10-30", last_day: "2026-11-02" })).toBe("30 Oct – 2 Nov 2026");
  });

  it("put what was archived before all else", () => {
    expect(statusWords({ status: "open", archived: false })).toBe("Open");
    expect(statusWords({ status: "withdrawn", archived: true })).toBe("Archived");
  });

  it("say what is watched", () => {
    const words = (watches: string[], only_words: string | null = null) =>
      watchesWords({ watches, only_words });
    expect(words(["account", "service"])).toBe("Each account and service");
    expect(words(["usage_type"])).toBe("Each usage type");
    expect(words(["tag:Team"])).toBe("Each value of tag Team");
    expect(words(["tag:Team"], "payments")).toBe("Tag Team is payments");
    expect(words(["filter"], "Big spenders")).toBe("Saved report’s filter is Big spenders");
  });

  it("give no precision where nothing was judged", () => {
    expect(
      precisionWords({ precision_percent: null, verdicts: { real: 0, planned: 0, false: 0 } }),
    ).toBeUndefined();
    expect(precisionWords({ precision_percent: 83.3, verdicts: { real: 9, planned: 1, false: 2 } })).toBe(
      "83 % of 12",
    );
  });
});
