import { describe, expect, it } from "vitest";
import type { BillQuestion } from "../api/types";
import { grouped, isOpen, monthsOf } from "./bill-groups";

const side = (connection: string, name: string) => ({
  connection,
  name,
  what: null,
  files: null,
  bytes: null,
  delivered_at: null,
  rows: null,
  total: null,
  currency: null,
  only_here: [],
  counts: false,
  gone: false,
});
const question = (id: number, period: string, more: Partial<BillQuestion> = {}): BillQuestion => ({
  id,
  period,
  state: "open",
  within: false,
  payers: ["1"],
  account: "2",
  dated: true,
  candidates: [side("a", "A"), side("b", "B")],
  difference: null,
  choice: null,
  message: "",
  version: "",
  ...more,
});

describe("questions about bills", () => {
  it("are one for each two candidates, the open ones first", () => {
    const choice = { winner: 0, from: null, by: "Ada", at: null };
    const groups = grouped([
      question(1, "2026-09", { state: "settled", choice }),
      question(2, "2026-08"),
      question(3, "2026-07", { candidates: [side("b", "B"), side("a", "A")] }),
      question(4, "2026-07", { candidates: [side("a", "A"), side("c", "B")] }),
    ]);
    expect(groups.map((group) => group.months.map((one) => one.id))).toEqual([[2, 3], [4], [1]]);
    expect(monthsOf(groups[0] as (typeof groups)[0])).toEqual(["2026-07", "2026-08"]);
  });

  it("are open until somebody chose, and again when what was chosen is gone", () => {
    expect(
      (["open", "nowhere", "awaited", "settled"] as const).map((state) => isOpen(question(1, "", { state }))),
    ).toEqual([true, true, false, false]);
  });
});
