import { describe, expect, it } from "vitest";
import type { Compared, Overview } from "../api/types";
import { daysApart, lacking } from "./days-apart";

const compared = (from: string, to: string, unknown: string[] = []) =>
  ({
    compared_from: "2026-03-01",
    compared_to: "2026-04-01",
    from,
    to,
    unknown_connections: unknown,
  }) as unknown as Compared;
const overview = { connections: [{ connection: "1", name: "Azure" }] } as Pick<Overview, "connections">;

describe("what explains a part of a change", () => {
  it("is said where months differ in length", () => {
    expect(daysApart(compared("2026-02-01", "2026-03-01"))).toBe(", 31 days against 28");
    expect(daysApart(compared("2026-01-01", "2026-02-01"))).toBe("");
  });
  it("names the connections that are not compared", () => {
    const span = ["2026-01-01", "2026-02-01"] as const;
    expect(lacking(compared(...span), overview)).toBe("");
    expect(lacking(compared(...span, ["1"]), overview)).toBe(
      "; without Azure, which lacks data of these days",
    );
    expect(lacking(compared(...span, ["1", "2"]), overview)).toContain("Azure, 2, which lack");
    expect(lacking(compared(...span, ["1", "2", "3", "4"]), overview)).toContain("4 connections");
  });
});
